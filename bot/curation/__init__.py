"""What curators need to keep a knowledge base true; not imported when the bot serves."""
