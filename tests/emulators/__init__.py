"""Strict stand-ins on loopback for the services that the bot talks to."""
