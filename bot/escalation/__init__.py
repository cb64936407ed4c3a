"""Conversations that a person takes over."""
