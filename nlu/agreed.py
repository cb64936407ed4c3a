"""Whether somebody asks what was agreed with them: "when will you call me?", "what did we agree?".

Told by fixed phrases, and asked only where something was agreed: without that the same words mean other things.
"""

from __future__ import annotations

import re

from nlu.parsers.fold import fold_text

INTENT = "ask_agreed"
"""The intent that such a question has."""
_ASKS = {
    "en": (
        r"what (?:did|have|had|do) we (?:agree|arrange|settle)|what (?:was|were|is|has been) (?:agreed|arranged|promised)"
        r"|what did (?:you|he|she|they|your colleague|the \w+) promise|remind me what we"
        r"|(?:when|what time) (?:will|are|is|do|does|should|can) (?:you|he|she|they|i|some(?:body|one)|your colleague|anyone|the \w+)"
        r" (?:going to |be |expect (?:to )?)?(?:call|ring|phon|text|writ|contact|hear|get(?:ting)? back|in touch|a call|your call)"
    ),
    "pl": (
        r"co (?:(?:my|mi|nam|zostalo|bylo|sie) )*(?:ustal\w+|uzgodni\w+|obieca\w+)|na (?:co|kiedy|ktora) (?:sie |jestesmy )?umow\w+"
        r"|(?:kiedy|o ktorej)(?: \w+){0,3} (?:(?:od|za)?dzwoni\w*|odezw\w+|napisz\w+|skontaktuj\w+)"
        r"|(?:kiedy|o ktorej)(?: \w+){0,2} spodziewac (?:sie )?telefonu|przypomni\w* \w* ?ustaleni\w*|jakie (?:byly|sa) ustalenia"
    ),
    "ro": (
        r"ce (?:am|ati|s-a|a fost|a ramas|ramane) (?:stabilit|convenit|hotarat|promis)|ce mi-(?:ati|a|au) promis|cum am ramas"
        r"|(?:cand|la ce ora)(?: \w+){0,3} (?:sun\w*|contact\w*|scri\w*|reveni\w*)|cand primesc (?:un )?(?:apel|telefon|sms)"
    ),
}
_PATTERNS = {language: re.compile(rf"\b(?:{pattern})") for language, pattern in _ASKS.items()}


def asks_what_was_agreed(text: str, language: str) -> bool:
    """Whether this sentence asks for what was agreed."""
    pattern = _PATTERNS.get(language)
    return pattern is not None and bool(pattern.search(fold_text(text)))
