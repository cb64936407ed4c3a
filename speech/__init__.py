"""Hearing and speaking: codecs, VAD, transcription, end of turn, tone, synthesis. Empty until there is a phone."""
