"""Speaking: text to telephone audio. Engines run in processes of their own; see docs/decisions/0006-speaking.md."""

from speech.synthesis.clauses import clauses
from speech.synthesis.engine import Timing
from speech.synthesis.voices import DEFAULTS, VoiceChoice, Voices

__all__ = ["DEFAULTS", "Timing", "VoiceChoice", "Voices", "clauses"]
