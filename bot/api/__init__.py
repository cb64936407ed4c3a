"""The HTTP API. Routes only translate; what happens is elsewhere."""
