"""Reaching people: campaigns, consent, quiet hours, and messages that leave exactly once."""
