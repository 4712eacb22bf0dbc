"""Slack: a thin adapter over the bot, on slack-bolt's AsyncApp."""
