"""The web: the local demo page, a chat platform of its own, and what operators look at."""
