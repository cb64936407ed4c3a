"""One option of a closed list: by name (inflected, misspelled, in part), by number or by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from nlu.parsers.base import Choice, Context, Parsed
from nlu.parsers.cardinal import Reader
from nlu.parsers.choice_words import CHOICE_WORDS, NO_CHOICE_WORDS, ChoiceWords
from nlu.parsers.fillers import fillers_of
from nlu.parsers.fold import Folded, Token, fold, fold_text, language_of
from nlu.parsers.number_words import mark_nouns, number_words

_EXACT, _WHOLE, _PARTIAL, _HINT, _PLACE, _SEVERAL = 0.98, 0.95, 0.87, 0.72, 0.93, 0.6
_MOST_WORDS = 40
_TIE = 0.04
_SURE_NAME = 0.9
_FUZZY = 78.0
_STEM_TAIL = 3
_LONG_TAIL = 5


@dataclass(frozen=True, slots=True)
class _Hit:
    """An option that the text may mean: its index, how well it fits, and the tokens that say so."""

    option: int
    score: float
    tokens: frozenset[int]


@lru_cache(maxsize=4096)
def _likeness(said: str, label: str) -> float:
    """How much a said word is a label word, 0..1: the same, inflected, or misspelled."""
    if said == label:
        return 1.0
    if said[0].isdigit() or label[0].isdigit() or min(len(said), len(label)) < 4:
        return 0.0
    common = next((i for i, (a, b) in enumerate(zip(said, label, strict=False)) if a != b), min(len(said), len(label)))
    tails = len(said) - common, len(label) - common
    if common >= 4 and max(tails) <= _STEM_TAIL and common >= max(len(said), len(label)) / 2:
        return 0.96
    if common >= _LONG_TAIL and min(tails) <= 1 and max(tails) <= _LONG_TAIL:
        return 0.93
    ratio = float(fuzz.ratio(said, label))
    return ratio / 100 * 0.97 if ratio >= _FUZZY else 0.0


class _Matcher:
    """Compares one sentence with the options of the context."""

    def __init__(self, folded: Folded, language: str, choices: Sequence[Choice]) -> None:
        self.folded = folded
        self.language = language
        self.choices = choices
        self.fillers = fillers_of(language)
        self.words: ChoiceWords = CHOICE_WORDS.get(language, NO_CHOICE_WORDS)
        self.reader = Reader(folded, language, mark_nouns(language))
        self.tokens: Sequence[Token] = self.reader.tokens
        self.said = [i for i, t in enumerate(self.tokens) if t.text[0].isalnum()][:_MOST_WORDS]
        self.content = [i for i in self.said if self.tokens[i].text not in self.fillers] or self.said
        self.labels = [self._labels(choice) for choice in choices]
        self.common = self._common_words()

    def _labels(self, choice: Choice) -> list[tuple[str, ...]]:
        names = [*choice.labels, choice.value.replace("_", " ").replace("-", " ")]
        split = (tuple(t.text for t in fold(name).tokens() if t.text[0].isalnum()) for name in names)
        return [words for words in dict.fromkeys(split) if words]

    def _common_words(self) -> frozenset[str]:
        """Words that every option has ("pakiet") tell none of them apart."""
        sets = [{word for label in labels for word in label} for labels in self.labels]
        return frozenset(set.intersection(*sets)) if len(sets) > 1 else frozenset()

    def by_name(self) -> list[_Hit]:
        hits = [max((self._fit(i, label) for label in labels), key=lambda h: h.score) for i, labels in enumerate(self.labels) if labels]
        found = [hit for hit in hits if hit.score >= 0.5 and not self._is_denied(hit.tokens)]
        # "premium plus" also says "premium"; the option that explains more of the words is meant.
        return [h for h in found if not any(h.tokens < o.tokens and o.score >= _PARTIAL - _TIE for o in found)]

    def _is_denied(self, tokens: frozenset[int]) -> bool:
        """ "nie Kraków", "not the first": the word just before, articles aside; a comma between ends the denial."""
        at = min(tokens) - 1
        while at >= 0 and self.tokens[at].text in self.fillers and self.tokens[at].text not in self.words.negators:
            at -= 1
        return at >= 0 and self.tokens[at].text in self.words.negators

    def _fit(self, option: int, label: tuple[str, ...]) -> _Hit:
        said = tuple(self.tokens[i].text for i in self.said)
        content = tuple(self.tokens[i].text for i in self.content)
        if label in (said, content):
            return _Hit(option, _EXACT, frozenset(self.content if label == content else self.said))
        pairs = [self._best(word) for word in label]
        hit = frozenset(i for i, _ in pairs if i is not None)
        mean = sum(score for i, score in pairs if i is not None) / max(1, len([i for i, _ in pairs if i is not None]))
        telling = {i for i, _ in pairs if i is not None and self._is_telling(self.tokens[i].text)}
        if not hit or not telling:
            return _Hit(option, 0.0, hit)
        if all(i is not None for i, _ in pairs):
            return _Hit(option, round(_WHOLE * mean, 3), hit)
        if set(self.content) <= hit or self._distinctive_is_said(label, pairs):
            return _Hit(option, round(_PARTIAL * mean, 3), hit)
        return _Hit(option, round(_HINT * mean, 3), hit)

    def _is_telling(self, word: str) -> bool:
        return word not in self.fillers and not any(_likeness(word, c) for c in self.common)

    def _distinctive_is_said(self, label: tuple[str, ...], pairs: Sequence[tuple[int | None, float]]) -> bool:
        """True when every label word that is neither a filler nor shared by all options was said."""
        needed = [i for word, (i, _) in zip(label, pairs, strict=True) if word not in self.common and word not in self.fillers]
        return bool(needed) and all(i is not None for i in needed)

    def _best(self, word: str) -> tuple[int | None, float]:
        scored = ((i, _likeness(self.tokens[i].text, word)) for i in self.said)
        at, score = max(scored, key=lambda pair: pair[1], default=(None, 0.0))
        return (at, score) if score else (None, 0.0)

    def by_place(self) -> list[_Hit]:
        """Options named by number or place, when little else is said."""
        found = [*self._ordinals(), *self._numbers()]
        kept = [h for h in found if not self._is_denied(h.tokens) and self._is_short(h)]
        best = {h.option: h for h in reversed(kept)}
        return [h for h in kept if best[h.option] is h]

    def _is_short(self, hit: _Hit) -> bool:
        quiet = self.fillers | self.words.nouns | self.words.negators | self.reader.words.keys() | self.reader.lexicon.ordinals.keys()
        rest = [i for i in self.said if i not in hit.tokens and self.tokens[i].text not in quiet]
        return len(rest) <= 2

    def _hit(self, place: int, first: int, last: int) -> _Hit | None:
        return _Hit(place - 1, _PLACE, frozenset(range(first, last))) if 1 <= place <= len(self.choices) else None

    def _ordinals(self) -> list[_Hit]:
        found = []
        for index in self.said:
            place = self._place(index)
            hit = self._hit(place, index, index + 1) if place else None
            if hit:
                found.append(hit)
        return found

    def _place(self, index: int) -> int | None:
        """The place that a word names, counted from one."""
        text, count = self.tokens[index].text, len(self.choices)
        after = [self.reader.text_at(index + 1), self.reader.text_at(index + 2)]
        before = self.reader.text_at(index - 1)
        if text in self.words.last:
            return None if [self.reader.text_at(index - 2), before] == ["second", "to"] else count
        if text in self.words.last_but_one or (text == "second" and after == ["to", "last"]):
            return count - 1
        if text in self.words.middle:
            return count // 2 + 1 if count % 2 else None
        suffix = self._figure_ordinal(index)
        if suffix:
            return suffix
        place = number_words(self.language).ordinals.get(text)
        article = self.language == "ro" and text in ("doua", "noua") and before != "a"
        return None if article else place

    def _figure_ordinal(self, index: int) -> int | None:
        """ "2nd", "3-ci"."""
        at = index + 1 + (self.reader.text_at(index + 1) == "-")
        glued = self.reader.text_at(at) in self.reader.lexicon.suffix_ordinals
        text = self.tokens[index].text
        near = at < len(self.tokens) and self.tokens[at].start - self.tokens[index].end <= 1
        return int(text) if glued and near and text.isdigit() and len(text) < 3 else None

    def _places(self) -> set[str]:
        """Words before "one" that make it a pronoun: "the last one", "3rd one"."""
        lexicon, words = self.reader.lexicon, self.words
        return {*lexicon.ordinals, *lexicon.suffix_ordinals, *words.last, *words.last_but_one, *words.middle}

    def _numbers(self) -> list[_Hit]:
        found = []
        for number in self.reader.all():
            before, after = self.reader.text_at(number.first - 1), self.reader.text_at(number.last)
            counted = after[:1].isalpha() and after not in self.words.nouns and after not in self.fillers
            pronoun = number.value == 1 and before in self._places()
            if counted or pronoun or not number.is_whole:
                continue
            hit = self._hit(int(number.value), number.first, number.last) if 0 < number.value <= len(self.choices) else None
            found += [hit] if hit else []
        return found

    def refuses_all(self) -> bool:
        return any(self.tokens[i].text in self.words.none for i in self.said[:6])


def _best_names(hits: list[_Hit]) -> list[_Hit]:
    """The best fit and those as good; options said with other words of the sentence are as good as any."""
    ranked = sorted(hits, key=lambda h: (-h.score, min(h.tokens)))
    if not ranked:
        return []
    best = ranked[0]
    return [h for h in ranked if h.score >= best.score - _TIE or (not h.tokens & best.tokens and h.score >= _PARTIAL - _TIE)]


def parse_choice(text: str, context: Context) -> Parsed | None:
    """One of ``context.choices``; the value is its ``Choice.value``.

    When the words fit several options they come as alternatives; "none of these" is None.
    """
    folded = fold(text)
    if not context.choices or not fold_text(text).strip():
        return None
    matcher = _Matcher(folded, language_of(context.language), context.choices)
    if not matcher.said:
        return None
    names = _best_names(matcher.by_name())
    if matcher.refuses_all() and not (names and names[0].score >= _SURE_NAME):
        return None
    exact = bool(names) and names[0].score >= _EXACT
    places = [] if exact and len(names) == 1 else matcher.by_place()
    hits = names if names and names[0].score >= _SURE_NAME and not places else [*names, *places]
    return _parsed(folded, matcher, hits)


def _parsed(folded: Folded, matcher: _Matcher, hits: Sequence[_Hit]) -> Parsed | None:
    if not hits:
        return None
    if len(hits) > 1 and all(h.score >= _SURE_NAME - _TIE for h in hits):
        # Several good answers come in the order they were said.
        hits = sorted(hits, key=lambda h: min(h.tokens))
    values = list(dict.fromkeys(matcher.choices[h.option].value for h in hits))
    first = hits[0]
    tokens = [matcher.tokens[i] for i in sorted(first.tokens)]
    start, end = folded.span(tokens[0].start, tokens[-1].end)
    confidence = round(first.score, 2) if len(values) == 1 else min(_SEVERAL, first.score)
    return Parsed(values[0], max(0.5, round(confidence, 2)), start, end, tuple(values[1:5]))
