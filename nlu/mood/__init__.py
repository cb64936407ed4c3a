"""Frustration in the words of a message."""
