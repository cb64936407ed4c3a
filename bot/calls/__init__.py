"""Calls: the conversation behind a line, how many there may be, what is kept of them."""
