"""The console: what admins and curators see of the bot, on pages made on the server."""
