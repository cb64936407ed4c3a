"""The tone of a caller's voice: how far it is from how they sounded at the start, and why it may not be scored."""
