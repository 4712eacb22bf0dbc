"""Microsoft Teams: a thin adapter over the bot, on the Teams SDK's App."""

import warnings

# The SDK warns at every call of what is in preview, such as messages that one person sees.
warnings.filterwarnings("ignore", message=".* in preview and may change", module=r"microsoft_teams\.")
