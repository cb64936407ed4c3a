"""Strings of digits as people dictate them: one by one, in groups, doubled, with letters, in digits or in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from nlu.parsers.cardinal import Reader
from nlu.parsers.fold import Folded

_MOST_READINGS = 64
_GLUE = frozenset(" -./()")
_PAUSES = (",", "i", "and", "si")
_ZERO: Mapping[str, frozenset[str]] = {"en": frozenset({"o", "oh", "ow", "nought", "naught"})}
_REPEAT: Mapping[str, Mapping[str, int]] = {
    "pl": {"podwojne": 2, "podwojna": 2, "podwojny": 2, "potrojne": 3},
    "en": {"double": 2, "triple": 3, "treble": 3},
    "ro": {"dublu": 2, "dubla": 2, "triplu": 3},
}
_PLURAL_ZERO = frozenset({"zera", "zeros", "zeroes", "zerouri"})


@dataclass(frozen=True, slots=True)
class Piece:
    """What one token or one spoken group writes; the first of ``options`` is the usual reading."""

    options: tuple[str, ...]
    start: int
    end: int
    first: int
    last: int
    before: str = ""
    """The punctuation between the previous piece of the run and this one."""


Run = tuple[Piece, ...]


class DigitReader:
    """Splits a sentence into runs of dictated digits; ``glue`` words may stand inside a run."""

    def __init__(
        self,
        folded: Folded,
        language: str,
        glue: frozenset[str] = frozenset(),
        symbols: Mapping[str, str] | None = None,
    ) -> None:
        self.reader = Reader(folded, language, dictated=True)
        self.tokens = self.reader.tokens
        self.language = language
        self.glue = glue
        self.symbols = symbols or {}

    def runs(self) -> list[Run]:
        """Maximal runs, left to right; what belongs to a number with thousands is none."""
        return [run for run in self._all_runs() if not (self._is_scale(run[0].first - 1) or self._is_scale(run[-1].last))]

    def _is_scale(self, index: int) -> bool:
        word = self.reader.word_at(index)
        return word is not None and word.kind == "scale"

    def _all_runs(self) -> list[Run]:
        runs: list[Run] = []
        current: list[Piece] = []
        between: list[str] = []
        index = 0
        while index < len(self.tokens):
            piece = self.piece(index)
            if piece is not None:
                current.append(Piece(piece.options, piece.start, piece.end, piece.first, piece.last, " ".join(between)))
                between, index = [], piece.last
                continue
            if self._breaks(index):
                runs += [tuple(current)] if current else []
                current = []
                between = []
            else:
                between.append(self.tokens[index].text)
            index += 1
        return [*runs, tuple(current)] if current else runs

    def _breaks(self, index: int) -> bool:
        text = self.tokens[index].text
        return not (text in _GLUE or text == "," or text in self.glue)

    def letters_before(self, first: int) -> str:
        """The letters glued to the digits at a token, or parted from them by a hyphen only: "AB-104233"."""
        at = first - 1
        if self.reader.text_at(at) == "-" and self._touches(at):
            at -= 1
        word = self.reader.text_at(at)
        return word if word[:1].isalpha() and self._touches(at) else ""

    def _touches(self, index: int) -> bool:
        return 0 <= index < len(self.tokens) - 1 and self.tokens[index].end == self.tokens[index + 1].start

    def follows_colon(self, first: int) -> bool:
        """True for the minutes of "12:30"; a colon after a word only announces."""
        return first > 1 and self.reader.text_at(first - 1) == ":" and self.tokens[first - 2].is_digits

    def piece(self, index: int) -> Piece | None:
        """The digits written by the token or the spoken group at ``index``."""
        token = self.tokens[index]
        if token.is_digits:
            return Piece((token.text,), token.start, token.end, index, index + 1)
        symbol = self.symbols.get(token.text)
        if symbol is not None:
            return Piece((symbol,), token.start, token.end, index, index + 1)
        repeated = self._repeated(index)
        if repeated is not None:
            return repeated
        return self._group(index)

    def _digit(self, index: int) -> str | None:
        """One digit, said or written."""
        if index >= len(self.tokens):
            return None
        token = self.tokens[index]
        if token.text in _ZERO.get(self.language, ()):
            return "0"
        if token.is_digits:
            return token.text if len(token.text) == 1 else None
        word = self.reader.word_at(index)
        return str(word.value) if word and word.kind == "unit" and word.value < 10 else None

    def _repeated(self, index: int) -> Piece | None:
        """ "double two", "dwa zera", "doi de zero"."""
        text = self.tokens[index].text
        times = _REPEAT.get(self.language, {}).get(text)
        digit = self._digit(index + 1) if times else None
        if times and digit is not None:
            return self._build((digit * times,), index, index + 2)
        count = self._digit(index)
        if count in ("2", "3", "4") and self.reader.text_at(index + 1) in _PLURAL_ZERO:
            return self._build(("0" * int(count),), index, index + 2)
        return None

    def _build(self, options: tuple[str, ...], first: int, last: int) -> Piece:
        return Piece(options, self.tokens[first].start, self.tokens[last - 1].end, first, last)

    def _group(self, index: int) -> Piece | None:
        if self.tokens[index].text in _ZERO.get(self.language, ()):
            return self._build(("0",), index, index + 1)
        read = self.reader.spoken_group(index)
        if read is None:
            return None
        parts, last = read
        if self.reader.text_at(last) in _PLURAL_ZERO and len(parts) > 1 and 2 <= parts[-1] <= 4:
            # "sto trzydzieści dwa zera" is 130 00.
            parts, last = parts[:-1], last - 1
        return self._build(_options(parts), index, last)


def _options(parts: tuple[int, ...]) -> tuple[str, ...]:
    """A spoken group as digits: together ("602"), then taken apart ("600" "2")."""
    found = [str(sum(parts))]
    if len(parts) == 2:
        found.append(f"{parts[0]}{parts[1]}")
    elif len(parts) == 3:
        found += [
            f"{parts[0]}{parts[1] + parts[2]}",
            f"{parts[0] + parts[1]}{parts[2]}",
            f"{parts[0]}{parts[1]}{parts[2]}",
        ]
    return tuple(found)


def readings(run: Run) -> Iterator[str]:
    """The strings a run may mean, the usual one first; at most one spoken group of it is taken apart."""
    usual = [piece.options[0] for piece in run]
    yield "".join(usual)
    variants = ((i, option) for i, piece in enumerate(run) for option in piece.options[1:])
    for index, option in islice(variants, _MOST_READINGS):
        yield "".join([*usual[:index], option, *usual[index + 1 :]])


def split_at_pauses(run: Run) -> list[Run]:
    """The pieces between commas and "and": "104233, 5 sztuk" is an order number and then something else."""
    parts: list[list[Piece]] = [[]]
    for piece in run:
        if parts[-1] and _is_pause(parts[-1][-1], piece):
            parts.append([])
        parts[-1].append(piece)
    return [tuple(part) for part in parts if part]


def _is_pause(left: Piece, right: Piece) -> bool:
    # The comma of "12345,50" is a decimal mark.
    decimal = right.before == "," and right.start == left.end + 1
    return not decimal and any(mark in right.before.split() for mark in _PAUSES)
