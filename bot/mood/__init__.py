"""Mood: how frustrated a customer is, turn by turn, and why. Pure functions; what is kept between turns is ``types.Mood``."""
