"""Cardinal numbers in a sentence, in words ("dwa i pół tysiąca"), digits ("2 500") or both ("2,5 tys.")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from nlu.parsers.fold import Folded, Token, word_set
from nlu.parsers.number_words import NumberWords, Word, number_words
from nlu.parsers.numerals import read_numeral

LIMIT = Decimal(10) ** 15
_HALF = Decimal("0.5")
_ADJACENT_UNITS = word_set(
    "k tys tysiecy mln mld mil kg km m cm mm zl zlotych pln eur euro usd gbp ron lei bani gr h min s gb mb l ml x szt p pkt pt pts proc bn"
)
_CLOCK = {"en": frozenset({"past", "to"}), "pl": frozenset({"do"})}
_THOUSAND = Word("scale", 1000, alone=False)
_TENTHS = {
    "dziesiatych": 10,
    "dziesiate": 10,
    "dziesiata": 10,
    "setnych": 100,
    "setne": 100,
    "czwarte": 4,
    "czwarta": 4,
}


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a sentence: folded offsets, token range, and the other reading of an ambiguous numeral."""

    value: Decimal
    start: int
    end: int
    first: int
    last: int
    written: bool = False
    other: Decimal | None = None
    doubtful: bool = False

    @property
    def is_whole(self) -> bool:
        return self.value == self.value.to_integral_value()


@dataclass(frozen=True, slots=True)
class _Part:
    """A value read so far and the token after it; ``room`` bounds what may still be added below it."""

    value: Decimal
    next: int
    room: int = 0
    written: bool = False
    other: Decimal | None = None
    doubtful: bool = False


class Reader:
    """Reads numbers from the tokens of one folded text."""

    def __init__(self, folded: Folded, language: str, extra: Mapping[str, Word] | None = None, *, dictated: bool = False) -> None:
        self.text = folded.text
        self.language = language
        self.tokens: Sequence[Token] = folded.tokens()
        self.lexicon: NumberWords = number_words(language)
        # Dictating digits, "patruzeci șapte" is 40 7; only "patruzeci și șapte" is 47.
        self.strict_tens = dictated and self.lexicon.joins_tens
        self.words: Mapping[str, Word] = {**self.lexicon.words, **extra} if extra else self.lexicon.words

    def all(self) -> list[Number]:
        """Every number, left to right."""
        found: list[Number] = []
        index = 0
        while index < len(self.tokens):
            number = self.read(index)
            if number is not None and self._stands(number):
                found.append(number)
            index = number.last if number is not None else index + 1
        return found

    def read(self, first: int) -> Number | None:
        """The number that starts at a token."""
        start, negative = self._sign(first)
        part = self._amount(start)
        if part is None or part.value >= LIMIT:
            return None
        value, other = part.value, part.other
        if negative:
            value, other = -value, -other if other is not None else None
        end = self.tokens[part.next - 1].end
        return Number(value, self.tokens[first].start, end, first, part.next, part.written, other, part.doubtful)

    def spoken_group(self, first: int) -> tuple[tuple[int, ...], int] | None:
        """A spoken number below one thousand as its parts (600, 20, 2) and the token after it, for dictated digits."""
        weak = self.text_at(first) in self.lexicon.weak_one
        index = first + 1 if weak and (word := self.word_at(first + 1)) and word.kind == "times" else first
        group = self._group(index, Decimal(1)) if index > first else self._group(first)
        if group is None or group.value >= 1000:
            return None
        value = int(group.value)
        parts = [value // 100 * 100, value % 100]
        if parts[1] >= 20 and parts[1] % 10 and not self._is_one_word(first, group.next, parts[1]):
            parts[1:] = [parts[1] // 10 * 10, parts[1] % 10]
        return tuple(part for part in parts if part) or (0,), group.next

    def _is_one_word(self, first: int, last: int, value: int) -> bool:
        """RO "douășdoi": a two-digit number in a single word cannot be taken apart."""
        return any((w := self.word_at(i)) and w.kind == "unit" and w.value == value for i in range(first, last))

    def text_at(self, index: int) -> str:
        """The token's text, or "" outside the sentence."""
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def word_at(self, index: int) -> Word | None:
        """What the token means as a number word."""
        return self.words.get(self.text_at(index))

    def _touches(self, index: int) -> bool:
        """True when nothing, not even a space, is between this token and the next."""
        return index + 1 < len(self.tokens) and self.tokens[index].end == self.tokens[index + 1].start

    def _sign(self, first: int) -> tuple[int, bool]:
        text = self.text_at(first)
        if text in self.lexicon.minus:
            return first + 1, True
        if text == "-" and self._touches(first) and self.tokens[first + 1].is_digits:
            # In "5-6" the hyphen belongs to the number before it.
            return (first, False) if first > 0 and self._touches(first - 1) else (first + 1, True)
        return first, False

    def _amount(self, index: int) -> _Part | None:
        """Groups and scales: [group scale]... [group]."""
        part = self._scaled(index, LIMIT)
        if part is None or part.room == 0:
            return part
        total = part
        while True:
            follow = self._scaled(self._after_scale(total.next, total.room), Decimal(total.room))
            if follow is None or follow.value == 0 or follow.value >= total.room:
                break
            total = _Part(total.value + follow.value, follow.next, follow.room)
            if follow.room == 0:
                return total
        return self._half_of_scale(total)

    def _after_scale(self, index: int, room: int) -> int:
        text, following = self.text_at(index), self.word_at(index + 1)
        if text == self.lexicon.joiner and self.language != "pl" and following and following.kind in ("unit", "ten"):
            return index + 1
        return index + 1 if text == "," and self.language == "en" and self._goes_on(index + 1, room) else index

    def _goes_on(self, index: int, room: int) -> bool:
        """ "one million, two thousand, five hundred": only hundreds and scales show that a comma ends no number."""
        follow = self._scaled(index, Decimal(room))
        if follow is None:
            return False
        hundreds = any((word := self.word_at(i)) and word.kind == "times" for i in range(index, follow.next))
        return follow.room > 0 or hundreds

    def _half_of_scale(self, part: _Part) -> _Part:
        if self.text_at(part.next) in self.lexicon.decimal:
            return self._decimals(part)
        tail = self._half_tail(part.next)
        if tail and part.room > 12:
            return _Part(part.value + part.room * _HALF, tail)
        return replace(part, room=0)

    def _scaled(self, index: int, below: Decimal) -> _Part | None:
        """A group with the scale after it ("sto dwadzieścia pięć tysięcy"); ``room`` is that scale."""
        group = self._group_or_one(index)
        if group is None:
            return None
        at, scale = self._scale(group, below)
        if scale is None:
            return replace(group, room=0)
        return _Part(group.value * scale.value, at, scale.value)

    def _scale(self, group: _Part, below: Decimal) -> tuple[int, Word | None]:
        index = group.next
        text = self.text_at(index)
        if text == "k" and group.written:
            return index + 1, _THOUSAND
        if self.lexicon.linker and text == self.lexicon.linker:
            index += 1
        elif self.language == "en" and text in ("a", "of") and group.value < 1:
            index += 1 + (self.text_at(index + 1) == "a")
        word = self.word_at(index)
        if word is None or word.kind != "scale" or word.value >= below:
            return index, None
        return index + 1, word

    def _group_or_one(self, index: int) -> _Part | None:
        word = self.word_at(index)
        if word is not None and word.kind == "scale":
            return _Part(Decimal(1), index) if word.alone else None
        if self.text_at(index) in self.lexicon.weak_one and (word is None or word.kind != "unit"):
            weak = self._weak(index + 1)
            return self._with_fraction(weak) if weak else None
        group = self._numeral(index) or self._part_word(index) or self._group(index)
        return self._with_fraction(group) if group else None

    def _weak(self, index: int) -> _Part | None:
        """After an article: "a hundred and five", "o mie", "half" and "quarter"."""
        word = self.word_at(index)
        if word is None or word.kind in ("unit", "ten", "hundred"):
            return None
        if word.kind == "scale":
            return _Part(Decimal(1), index)
        if word.kind == "part":
            return None if self.text_at(index + 1) in _CLOCK.get(self.language, ()) else self._part(index, word)
        return self._group(index, Decimal(1))

    def _part(self, index: int, word: Word) -> _Part:
        return _Part(Decimal(word.value) / 1000, index + 1)

    def _part_word(self, index: int) -> _Part | None:
        word = self.word_at(index)
        if word is None or word.kind != "part" or not word.alone:
            return None
        if self.text_at(index + 1) in _CLOCK.get(self.language, ()):
            return None
        return self._part(index, word)

    def _numeral(self, index: int) -> _Part | None:
        if index >= len(self.tokens) or not self.tokens[index].is_digits:
            return None
        numeral = read_numeral(self.text, self.tokens[index].start, self.language)
        if numeral is None:
            return None
        after = index + 1
        while after < len(self.tokens) and self.tokens[after].start < numeral.end:
            after += 1
        if not self._clean_suffix(after):
            return None
        part = _Part(numeral.value, after, written=True, other=numeral.other, doubtful=numeral.doubtful)
        return self._times(part) or part

    def _clean_suffix(self, after: int) -> bool:
        """Refuses "3rd", "5-ty", "4G": digits glued to letters that are no unit of measure."""
        if not self._touches(after - 1):
            return True
        text = self.text_at(after)
        if text == "-":
            return self.text_at(after + 1) not in self.lexicon.suffix_ordinals
        return not text[0].isalpha() or text in _ADJACENT_UNITS

    def _times(self, part: _Part) -> _Part | None:
        """ "5 hundred", "2 sute": digits with the hundred in words."""
        word = self.word_at(part.next)
        if word is None or word.kind != "times" or word.value != 100 or not 1 <= part.value <= 99:
            return None
        return self._group(part.next, part.value)

    def _group(self, index: int, value: Decimal | None = None) -> _Part | None:
        """Words below one thousand, largest first; ``value`` is what an article or digits put before them."""
        room, count = (1000, 0) if value is None else (1000, 1)
        value = value if value is not None else Decimal(0)
        while True:
            index_of_word = self._joined(index, room) if count else index
            word = self.word_at(index_of_word)
            if word is None:
                break
            if word.kind == "times":
                if not (count and self._may_multiply(value, room, word)):
                    break
                value, room = value * word.value, word.value
            elif word.kind in ("unit", "ten", "hundred"):
                if word.value >= room or (count and word.value == 0) or self._ordinal_article(index_of_word):
                    break
                if self.strict_tens and room == 10 and index_of_word == index:
                    break
                if room < 1000 and value >= 100 and self._begins_hundreds(index_of_word + 1):
                    break
                value += word.value
                room = {"unit": 1, "ten": 10, "hundred": 100}[word.kind] if word.value else 0
            else:
                break
            index, count = index_of_word + 1, count + 1
        return _Part(value, index, room) if count else None

    def _may_multiply(self, value: Decimal, room: int, word: Word) -> bool:
        if word.value == 10:
            return room == 1 and 2 <= value <= 9
        return 1 <= value <= 99 and room not in (0, 100)

    def _joined(self, index: int, room: int) -> int:
        """Past the hyphen of "twenty-three" or the joiner of "douăzeci și trei" when the number goes on after it."""
        text, lexicon = self.text_at(index), self.lexicon
        allowed = text == "-" and room == 10 and self._touches(index) and self._touches(index - 1)
        if allowed and self.text_at(index + 1) == lexicon.joiner and self.text_at(index + 2) == "-":
            index += 2
        if text == lexicon.joiner and self.language != "pl":
            allowed = room == (10 if lexicon.joins_tens else 100)
        word = self.word_at(index + 1) if allowed else None
        return index + 1 if word and word.kind in ("unit", "ten") and 0 < word.value < room else index

    def _begins_hundreds(self, index: int) -> bool:
        """In "șapte sute cinci sute" the five belongs to the second hundreds."""
        word = self.word_at(index)
        return word is not None and word.kind == "times" and word.value == 100

    def _ordinal_article(self, index: int) -> bool:
        """RO "a doua", "a noua" are second and ninth."""
        return self.language == "ro" and self.text_at(index - 1) == "a" and self.text_at(index) in self.lexicon.ordinals

    def _with_fraction(self, part: _Part) -> _Part:
        if self.text_at(part.next) in self.lexicon.decimal:
            return self._decimals(part)
        tail = self._half_tail(part.next)
        if tail and part.value == part.value.to_integral_value():
            return _Part(part.value + self._tail_value(tail), tail)
        return self._vulgar(part)

    def _tail_value(self, tail: int) -> Decimal:
        word = self.word_at(tail - 1)
        return Decimal(word.value) / 1000 if word else _HALF

    def _half_tail(self, index: int) -> int | None:
        """The token after "i pół", "and a half", "și jumătate", or None."""
        if self.text_at(index) == self.lexicon.joiner and self.lexicon.joiner:
            index += 1
            index += self.text_at(index) in ("a", "un", "o")
        elif self.text_at(index) not in ("jumate", "juma"):
            return None
        word = self.word_at(index)
        fits = word is not None and word.kind == "part" and word.value < 1000
        return index + 1 if fits and self.text_at(index + 1) not in _CLOCK.get(self.language, ()) else None

    def _vulgar(self, part: _Part) -> _Part:
        """ "three quarters", "trei sferturi", "trzy czwarte", "dwa i pięć dziesiątych"."""
        word = self.word_at(part.next)
        if word is not None and word.kind == "part" and word.value == 250 and 1 <= part.value <= 3:
            return _Part(part.value * Decimal("0.25"), part.next + 1)
        if self.language != "pl":
            return part
        if self.text_at(part.next) in _TENTHS:
            return _Part(part.value / _TENTHS[self.text_at(part.next)], part.next + 1)
        if self.text_at(part.next) != "i":
            return part
        small = self._group(part.next + 1)
        if small is None or self.text_at(small.next) not in _TENTHS:
            return part
        return _Part(part.value + small.value / _TENTHS[self.text_at(small.next)], small.next + 1)

    def _decimals(self, part: _Part) -> _Part:
        """Digits after a spoken decimal mark: "dwa przecinek zero pięć", "two point five"."""
        digits, index = "", part.next + 1
        while len(digits) < 9:
            token_is_digits = index < len(self.tokens) and self.tokens[index].is_digits
            group = None if token_is_digits else self._group(index)
            if token_is_digits:
                digits, index = digits + self.text_at(index), index + 1
            elif group is not None:
                digits, index = digits + str(int(group.value)), group.next
            else:
                break
        return _Part(part.value + Decimal("0." + digits), index) if digits else part

    def _stands(self, number: Number) -> bool:
        """False for a piece of an ordinal ("twenty-third") and for words that only look like numbers ("no one")."""
        after = number.last + (self.text_at(number.last) == "-")
        ordinal = self.lexicon.ordinals.get(self.text_at(after))
        if ordinal is not None and not number.written and self._expects_more(number, ordinal):
            return False
        if self.text_at(number.first - 1) == "past":
            return False
        single = number.last == number.first + 1 and not number.written
        if not single:
            return True
        before, word = self.text_at(number.first - 1), self.text_at(number.first)
        if self.language == "ro" and word == "noua":
            return self._is_nine(before, self.text_at(number.last))
        return number.value != 1 or before not in self.lexicon.not_after

    def _expects_more(self, number: Number, ordinal: int) -> bool:
        if number.value < 20 or self.language == "ro":
            return False
        return (number.value % 10 == 0 and ordinal < 10) or number.value % 100 == 0

    def _is_nine(self, before: str, after: str) -> bool:
        """RO "nouă" is nine, but also "new" after a noun and "to us" before "ni"."""
        if after in ("ni", "ne"):
            return False
        known = before in self.words or not before or not before[0].isalpha()
        return known or before in _BEFORE_NINE


_BEFORE_NINE = word_set(
    "nota un nu si sau ori la de cu dau pun zic e este spun numarul cifra optiunea varianta clar solid vreo "
    "cam aproape ofer acord alege aleg vreau pe doar maxim minim plus minus pana da pai as"
)


def find_numbers(folded: Folded, language: str, extra: Mapping[str, Word] | None = None) -> list[Number]:
    """Every number of a sentence; ``extra`` adds words for one purpose (marks, slang for money)."""
    return Reader(folded, language, extra).all()
