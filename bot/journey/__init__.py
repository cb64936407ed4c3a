"""The journey: touchpoints put in order and read as a story."""
