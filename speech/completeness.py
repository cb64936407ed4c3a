"""Whether what a caller has said so far is finished, in grammar and in value, judged from a transcript made while they pause.

The transcript is Whisper's, of a telephone line: misspelt at times, without diacritics, with a full stop where the caller
only hesitates. So the words decide first (`endings.yml`), and Whisper's own doubt about the full stop decides the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from speech.endings import Endings, Words, endings, ends_with, fold, starts_with, words_of
from speech.types import Listen
from speech.values import digits_said, email, is_number, spelled

OPEN_MARK = re.compile(r"(?:\.\.+|…|[,;:–—-])[\"”»')\s]*$")
"""Marks that Whisper puts where a sentence goes on."""
FINAL_MARK = re.compile(r"[.!?][\"”»')\s]*$")
LIKELY, UNLIKELY = {"en": 0.85}, {"en": 0.5}
"""Probability of a full stop from which a sentence is surely over, and below which it surely is not, where a language has its own:
Whisper is less sure of English ends (docs/decisions/0007-end-of-turn.md)."""
LIKELY_ELSE, UNLIKELY_ELSE = 0.9, 0.7
"""The same for every other language."""
WHOLE_NUMBER = 9
"""Digits in a row, to a question that asked for none, that are most likely a whole number: a telephone's."""
SHORTEST = 3
"""Words from which a sentence with a full stop counts as one when the probability of the mark is not known."""
ENCLITIC = re.compile(r"\w-o\W*$")
"""The Romanian pronoun behind its verb ("am dat-o"), not the article."""
EXTRA_DIGITS = 4
"""Digits beyond the expected ones that a country's code (0048) accounts for; of more, Whisper is repeating itself."""
SHORT_NUMBER = 6
"""Digits up to which a number that follows "order" may as well be shorter: shops number from four digits on."""
POSTCODE = re.compile(r"\b(?:\d{2}-\d{3}|\d{5,6}|[A-Za-z]{1,2}\d[A-Za-z\d]?\s*\d[A-Za-z]{2})\b")
"""Polish, Romanian (or other long) and British postcodes."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """``score``: 0 (surely unfinished) to 1 (surely finished), 0.5 undecided; ``reason``: what decided, for logs and tests."""

    score: float
    reason: str

    @property
    def finished(self) -> bool:
        """Rather finished than not."""
        return self.score >= 0.75

    @property
    def unfinished(self) -> bool:
        """Rather unfinished than not."""
        return self.score <= 0.25


def completeness(text: str, language: str, listen: Listen = "free", *, digits: int = 0, mark: float | None = None) -> Completeness:
    """How finished the transcript is as an answer that is listened to in this way.

    ``digits``: how many are expected (0: unknown); ``mark``: the transcriber's probability (0..1) of a full stop,
    question or exclamation mark after the last word (speech.mark), None when it cannot tell.
    """
    words, said = endings(language), words_of(text)
    if not said:
        return Completeness(0.5, "no words")
    return (
        _closing(said, words, listen)
        or _value(text, said, words, listen, digits)
        or _grammar(text, said, words, listen, _sureness(mark, language))
        or _number(said, words, listen)
        or _sentence(text, said, words, _sureness(mark, language))
    )


def _sureness(mark: float | None, language: str) -> float | None:
    """How sure (0..1) a full stop is, by the scale of its language."""
    if mark is None:
        return None
    likely, unlikely = LIKELY.get(language, LIKELY_ELSE), UNLIKELY.get(language, UNLIKELY_ELSE)
    return round(min(1.0, max(0.0, (mark - unlikely) / (likely - unlikely))), 3)


def _closing(said: Words, words: Endings, listen: Listen) -> Completeness | None:
    if any(said[:at] in words.answers and (said[at:] in words.answers or at == len(said)) for at in range(1, len(said) + 1)):
        return Completeness(1.0 if listen == "yes_no" else 0.85, "an answer")
    if said in words.greetings:
        return Completeness(0.4, "a greeting")
    if ends_with(said, words.closings):
        return Completeness(1.0, "a closing phrase")
    return None


def _value(text: str, said: Words, words: Endings, listen: Listen, digits: int) -> Completeness | None:
    whole = email(text, said, words, listen == "spelling" or "mail" in fold(text))
    if whole is not None:
        return Completeness(1.0, "a whole e-mail address") if whole else Completeness(0.0, "an e-mail address without its end")
    if listen == "spelling" and (letters := spelled(text)):
        again = letters in said
        return Completeness(1.0, "a word and its spelling") if again else Completeness(0.1, "letters going on")
    if listen == "address":
        return _address(text, said)
    count = digits_said(said, words)
    if listen == "digits" and digits and count:
        if count > digits + EXTRA_DIGITS:
            return Completeness(0.4, "too many digits")
        return Completeness(1.0, "all digits") if count >= digits else Completeness(0.0, f"{count} of {digits} digits")
    expected = digits or min((size for cue, size in words.cues.items() if _has(said, cue)), default=0)
    if expected and 0 < count < expected and is_number(said[-1], words):
        nearly = not digits and count > expected // 2 and expected <= SHORT_NUMBER
        return Completeness(0.5 if nearly else 0.0, f"{count} of {expected} digits")
    if expected and count >= expected and is_number(said[-1], words):
        return Completeness(0.9, "a whole number")
    return None


def _address(text: str, said: Words) -> Completeness | None:
    """A street has a number and a town: something must follow the number, or a postcode must be there with its town."""
    numbers = [at for at, word in enumerate(said) if word[0].isdigit()]
    if not numbers or numbers[-1] == len(said) - 1:
        return Completeness(0.3 if POSTCODE.search(text) else 0.1, "an address going on")
    return Completeness(0.9, "an address with its town") if POSTCODE.search(text) else None


def _grammar(text: str, said: Words, words: Endings, listen: Listen, sure: float | None) -> Completeness | None:
    if ends_with(said, words.fillers):
        return Completeness(0.0, "thinking aloud")
    if OPEN_MARK.search(text):
        # A lone short word is written with dots whatever was said: "Nie..."
        return Completeness(0.5 if listen == "yes_no" and len(said) == 1 else 0.0, "a mark that goes on")
    if _month(said, words):
        return Completeness(0.9, "a whole date")
    if said in words.labels:
        return Completeness(0.0, "a value announced")
    if (not ENCLITIC.search(text) and ends_with(said, words.open)) or (ends_with(said, words.objects) and _verb(said, words)):
        return _open(text, said, words, sure)
    if ends_with(said, words.days):
        return Completeness(0.0, "a day without its month")
    return None


def _open(text: str, said: Words, words: Endings, sure: float | None) -> Completeness | None:
    """An open ending, or a verb without its object: final in a question ("gdzie to jest?"), perhaps final in a short answer ("nie
    chcę") or where Whisper is sure, else not."""
    asked = any(_has(said[-7:-1], word) for word in words.asking)
    if "?" in text[-3:] and (asked or ends_with(said, words.asking)):
        return None
    lacks_object = ends_with(said, words.objects) and _verb(said, words)
    may_stand = lacks_object or ends_with(said, words.stands)
    answered = len(said) <= 5 and starts_with(said[:-1], words.answers)
    held = lacks_object and any((word,) in words.pronouns for word in said[-4:-1])
    if (may_stand and (asked or answered or held or sure == 1.0)) or (asked and ends_with(said, words.strands)):
        return Completeness(0.9 if answered and FINAL_MARK.search(text) else 0.5, "an open word that may end a sentence")
    return Completeness(0.0, "a verb without its object" if lacks_object else "an open ending")


def _number(said: Words, words: Endings, listen: Listen) -> Completeness | None:
    if not is_number(said[-1], words):
        return None
    if listen == "digits":
        return Completeness(0.2 if digits_said(said, words) < 4 else 0.5, "a number of unknown length")
    if digits_said(said, words) >= WHOLE_NUMBER:
        return Completeness(0.97, "a long number")
    return Completeness(0.55, "a number that may go on")


def _sentence(text: str, said: Words, words: Endings, sure: float | None) -> Completeness:
    final = bool(FINAL_MARK.search(text))
    if ends_with(said, words.wholes) and sure != 0.0:
        return Completeness(0.9, "a whole value")
    if sure is not None:
        return Completeness(sure, "the doubt about the full stop")
    if final:
        return Completeness(0.8 if len(said) >= SHORTEST else 0.5, "a full stop")
    return Completeness(0.4, "no full stop")


def _month(said: Words, words: Endings) -> bool:
    """A month with its day: "12 maja", "dwunastego maja", "the fifth of May", "May 5th"."""
    if len(said) < 2:
        return False
    before, last = said[-2:-1], said[-1:]
    if last in words.months:
        return is_number(before[0], words) or before in words.days or (before in words.open and last not in words.open)
    return before in words.months and last[0][0].isdigit()


def _verb(said: Words, words: Endings) -> bool:
    """English verbs look like nouns ("my order"); they are verbs after "to", "I" and the like."""
    return not words.leads or said[-2:-1] in words.leads


def _has(said: Words, phrase: Words) -> bool:
    return any(said[at : at + len(phrase)] == phrase for at in range(len(said) - len(phrase) + 1))
