"""Channels only translate between the outside and `bot.conversation`."""
