"""How sure Whisper is that a sentence ended: the probability of a full stop after its last word."""

from __future__ import annotations

from typing import Any

ENDS = " .!?,;:…–-"


def final_mark(model: Any, tokenizer: Any, encoded: Any, text: str) -> float:
    """Probability (0..1) of a final mark after the last word of ``text``, whatever mark Whisper chose there: a full stop, or the
    question or exclamation mark that it wrote.

    ``model`` is CTranslate2's Whisper, ``tokenizer`` faster-whisper's for the language, ``encoded`` the encoder's output for the
    audio. One pass of the decoder over all words at once, two for a question: 18 ms of CPU each, beside 130 ms that found the words
    (docs/decisions/0007-end-of-turn.md). Blocks. 0 for a text without words.
    """
    words = tokenizer.encode(" " + text.rstrip(ENDS)) if text.rstrip(ENDS) else []
    if not words:
        return 0.0
    marks = {".", text[-1]} & set(".!?")
    # num_frames only serves the times of the words, which are not looked at.
    aligned = [model.align(encoded, tokenizer.sot_sequence, [[*words, *tokenizer.encode(mark)]], 100)[0] for mark in sorted(marks)]
    return min(1.0, sum(float(one.text_token_probs[-1]) for one in aligned))
