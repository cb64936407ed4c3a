"""Hearing and speaking: codecs, VAD, transcription, end of turn, synthesis, and the call loop that joins them."""
