"""Yes and no: ``no jasne``, ``nie, dziękuję``, ``cum să nu``; a story with a "not" in it is neither."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from nlu.parsers.base import Context, Parsed
from nlu.parsers.fold import Folded, Token, fold, language_of
from nlu.parsers.yes_no_words import YesNoWords, yes_no_words

_CERTAIN, _SOFT, _RATHER, _HEDGED, _CORRECTED, _AFTER_DOUBT, _ASKED = 0.97, 0.85, 0.7, 0.65, 0.6, 0.55, 0.6
_SHORT, _MEDIUM, _LONG = 2, 5, 9
_NEGATORS = frozenset({"nie", "nu", "no"})
_DRAWL = re.compile(r"([^\W\d_])\1{2,}")
"""A letter typed three times or more: "taaak", "nooo"."""


@dataclass(frozen=True, slots=True)
class _Signal:
    """A known phrase: its kind, its token range, and whether an unknown word follows it without a pause."""

    kind: str
    words: tuple[str, ...]
    first: int
    last: int
    runs_on: bool = False
    hedged: bool = False

    @property
    def polarity(self) -> bool | None:
        return {"yes": True, "rather_yes": True, "soft": True, "no": False, "rather_no": False}.get(self.kind)


class _Sentence:
    """The tokens of one sentence and the signals among them."""

    def __init__(self, folded: Folded, words: YesNoWords) -> None:
        self.words = words
        self.tokens: list[Token] = folded.tokens()
        self.plain = [_DRAWL.sub(r"\1", t.text.replace("'", "")) for t in self.tokens]
        self.unknown: list[int] = []
        self.signals = self._absorb(self._read())

    def _read(self) -> list[_Signal]:
        whole = tuple(w for w in self.plain if w[:1].isalnum())
        if len(whole) > 2 and whole in self.words.phrases:
            # "nie no, jasne" is one phrase whatever the commas; "nie, tak" is a contradiction.
            return [_Signal(self.words.phrases[whole], whole, 0, len(self.tokens))]
        found: list[_Signal] = []
        index = 0
        while index < len(self.tokens):
            signal = self._match(index)
            if signal is None and self.plain[index][:1].isalnum():
                self.unknown.append(index)
            elif signal is not None:
                found.append(signal)
            index = signal.last if signal else index + 1
        return self._run_on(found)

    def _run_on(self, signals: list[_Signal]) -> list[_Signal]:
        """Marks signals that go on into unknown words without a pause, through known ones too ("nigdy nie dostałem")."""
        found: list[_Signal] = []
        for signal in reversed(signals):
            after = found[-1] if found else None
            through = after is not None and after.first == signal.last and after.runs_on
            found.append(replace(signal, runs_on=through or signal.last in self.unknown))
        return found[::-1]

    def _match(self, index: int) -> _Signal | None:
        """The longest phrase here; hyphens inside ("nu-i problemă") are no pauses."""
        words: list[str] = []
        best: _Signal | None = None
        at = index
        while at < len(self.plain) and len(words) < self.words.longest:
            text = self.plain[at]
            at += 1
            if text[:1].isalnum():
                words.append(text)
            elif text != "-" or not words:
                break
            kind = self.words.phrases.get(tuple(words))
            if kind and text[:1].isalnum():
                best = _Signal(kind, tuple(words), index, at)
        return best

    def _absorb(self, signals: list[_Signal]) -> list[_Signal]:
        """Joins "jasne że" and "chyba" to the answer after them, fillers aside ("no to nie")."""
        found: list[_Signal] = []
        edge = -1
        for signal in reversed(signals):
            touches = signal.last == edge
            if touches and signal.words in self.words.leads and found[-1].polarity is not None:
                hedged = found[-1].hedged or signal.words in self.words.hedges
                found[-1] = replace(found[-1], first=signal.first, hedged=hedged)
            elif signal.kind not in ("filler", "lead"):
                found.append(signal)
                touches = True
            edge = signal.first if touches else edge
        return found[::-1]

    def unknown_between(self, first: int, last: int) -> int:
        return sum(1 for index in self.unknown if first <= index < last)


def _is_statement(signal: _Signal) -> bool:
    """True for a bare "nie" that negates the next word: "nie działa"."""
    return signal.runs_on and signal.words[-1] in _NEGATORS and signal.polarity is False


def _after_no(sentence: _Sentence, signal: _Signal, language: str) -> float:
    """How sure a "no" is that runs on: "nie chcę" yes, "nie działa mi od wczoraj telefon" not at all."""
    following = sentence.plain[signal.last]
    rest = sentence.unknown_between(signal.last, len(sentence.tokens))
    answers = following in sentence.words.denied or (len(signal.words) > 1 and signal.words[0] in _NEGATORS)
    if language == "en":
        return _after_english_no(signal, following in sentence.words.denied, rest)
    if answers:
        return 0.8 if rest <= _SHORT else 0.6 if rest <= _SHORT + 1 else 0.0
    return 0.55 if rest <= _SHORT and signal.words in sentence.words.core else 0.0


def _after_english_no(signal: _Signal, answers: bool, rest: int) -> float:
    """ "no I don't want that" answers, "no signal" and "no way to reach you" do not."""
    if answers:
        return 0.8 if rest <= _MEDIUM else 0.65 if rest <= _LONG else 0.0
    return 0.65 if len(signal.words) > 1 and signal.words[0] != "no" and rest <= _SHORT else 0.0


def _after_yes(sentence: _Sentence, signal: _Signal) -> float:
    """How sure a yes is that runs on ("tak chciałbym umówić wizytę"); a soft one ("dobra robota") is none."""
    if signal.words not in sentence.words.core:
        return 0.0
    rest = sentence.unknown_between(signal.last, len(sentence.tokens))
    return 0.8 if rest <= _SHORT else 0.7 if rest <= _LONG else 0.6


def _base(signal: _Signal) -> float:
    if signal.hedged:
        return _HEDGED
    if signal.kind == "soft":
        return _SOFT
    return _RATHER if signal.kind.startswith("rather") else _CERTAIN


def _weigh(sentence: _Sentence, signal: _Signal, language: str) -> float:
    """How sure one answer is, by what stands around it; 0 for none."""
    before = sentence.unknown_between(0, signal.first)
    after = sentence.unknown_between(signal.last, len(sentence.tokens))
    if before:
        short = signal.words in sentence.words.core and before <= _SHORT + 2 and not after
        return min(_base(signal), _HEDGED) if short else 0.0
    if signal.runs_on:
        weight = _after_yes(sentence, signal) if signal.polarity else _after_no(sentence, signal, language)
        return min(_base(signal), weight)
    if not after:
        return _base(signal)
    return min(_base(signal), 0.85 if after <= _MEDIUM else 0.75)


def _answers(sentence: _Sentence) -> list[_Signal]:
    """The signals that answer: soft ones only alone, and a later "nie działa" is only a statement."""
    found = [s for s in sentence.signals if s.polarity is not None]
    firm = [s for s in found if s.kind != "soft"]
    found = firm or found
    return found[:1] + [s for s in found[1:] if not _is_statement(s) and not (s.runs_on and s.words not in sentence.words.core)]


def _decide(sentence: _Sentence, language: str) -> tuple[_Signal, float] | None:
    answers = _answers(sentence)
    if not answers:
        return None
    unsure = [s.first for s in sentence.signals if s.kind == "unsure"]
    if unsure:
        last = answers[-1]
        return (last, _AFTER_DOUBT) if last.first > unsure[-1] and not sentence.unknown else None
    if len({s.polarity for s in answers}) == 1:
        return answers[0], _weigh(sentence, answers[0], language)
    last = answers[-1]
    corrected = any(answers[-2].first < s.first < last.first for s in sentence.signals if s.kind == "correct")
    return (last, _CORRECTED) if corrected else None


def parse_yes_no(text: str, context: Context) -> Parsed | None:
    """Yes or no; the value is a ``bool``.

    Doubt, contradiction and a sentence that only contains a negation are refused.
    """
    language = language_of(context.language)
    folded = fold(text)
    sentence = _Sentence(folded, yes_no_words(language))
    decided = _decide(sentence, language)
    if decided is None or decided[1] < 0.5:
        return None
    signal, confidence = decided
    tokens = [t for t in sentence.tokens[signal.first : signal.last] if t.text[0].isalnum()]
    asked = sentence.tokens[-1].text == "?"
    start, end = folded.span(tokens[0].start, tokens[-1].end)
    return Parsed(signal.polarity, min(confidence, _ASKED) if asked else confidence, start, end)
