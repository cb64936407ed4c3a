"""E-mail addresses, written or spelled: ``jan kropka kowalski małpa gmail kropka com``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from nlu.parsers.base import Context, Parsed
from nlu.parsers.cardinal import Reader
from nlu.parsers.digits import DigitReader
from nlu.parsers.email_words import HEARD_AS, INTRO, LETTER_HELP, SIGNS, TOP_LEVEL
from nlu.parsers.fold import Folded, fold, language_of
from nlu.parsers.letters import LETTERS

_WRITTEN, _FOLDED, _SPOKEN, _GLUED, _SEVERAL = 0.97, 0.85, 0.9, 0.6, 0.6
_RARE_ENDING = 0.1
_MOST_WORDS = 3
_NEAR = 64
_OPENING = "<([{\"'„“«:;,.-+%"
_LOCAL = re.compile(r"[a-z0-9][a-z0-9._%+'-]{0,63}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ENDING = re.compile(r"[a-z]{2,24}")
_LOCAL_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._%+'-")
_DOMAIN_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")
_SIGN_CHARS = frozenset("._-+")
_OH = frozenset({"o", "oh", "ow"})
_NO_SIGNS: Mapping[tuple[str, ...], str] = {}


@dataclass(frozen=True, slots=True)
class _Item:
    """One element of a spoken address: ``sign``, ``digits``, ``letter``, ``word`` or ``break``."""

    kind: str
    text: str
    start: int
    end: int


def _is_address(address: str) -> bool:
    local, _, domain = address.partition("@")
    labels = domain.split(".")
    good_local = bool(_LOCAL.fullmatch(local)) and ".." not in local and not local.endswith(".")
    good_domain = len(labels) > 1 and len(domain) <= 255 and all(_LABEL.fullmatch(label) for label in labels)
    return good_local and good_domain and bool(_ENDING.fullmatch(labels[-1]))


def _written(folded: Folded) -> list[tuple[str, int, int]]:
    """Addresses with a real "@" and nothing but address characters around it."""
    text, found = folded.text, []
    for at in (i for i, char in enumerate(text) if char == "@"):
        start, end = at, at + 1
        while start > 0 and text[start - 1] in _LOCAL_CHARS:
            start -= 1
        while end < len(text) and text[end] in _DOMAIN_CHARS:
            end += 1
        while text[end - 1] in ".-":
            end -= 1
        while text[start] in "'.-+%":
            start += 1
        if _stands_alone(text, start, end) and _is_address(text[start:end]):
            found.append((text[start:end], start, end))
    return found


def _stands_alone(text: str, start: int, end: int) -> bool:
    """False where the address goes on in characters we do not take ("я@x.com", "a#b@x.com"): half of one is none."""
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    return (not before or before.isspace() or before in _OPENING) and not (after.isalnum() or after in ("@", "_"))


class _Speller:
    """Turns a sentence into the items of a spoken address."""

    def __init__(self, folded: Folded, language: str) -> None:
        self.folded = folded
        self.language = language
        self.digits = DigitReader(folded, language)
        self.numbers = Reader(folded, language)
        self.tokens = self.digits.tokens
        self.signs = SIGNS.get(language, _NO_SIGNS)

    def items(self) -> list[_Item]:
        found: list[_Item] = []
        index = 0
        while index < len(self.tokens):
            kind, text, last = self._next(index)
            found.append(_Item(kind, text, self.tokens[index].start, self.tokens[last - 1].end))
            index = self._after_help(last) if kind == "letter" else last
        return self._letters(found)

    def _text(self, index: int) -> str:
        return self.digits.reader.text_at(index)

    def _next(self, index: int) -> tuple[str, str, int]:
        for size in (4, 3, 2, 1):
            sign = self.signs.get(tuple(self._text(index + i) for i in range(size)))
            if sign:
                return "sign", sign, index + size
        token = self.tokens[index]
        if token.text == "@" or (token.text in _SIGN_CHARS and self._is_inside(index)):
            return "sign", token.text, index + 1
        if token.text == "e" and (mail := self._e_mail(index)):
            return "break", "", mail
        if not token.text[0].isalnum():
            return "break", token.text, index + 1
        number = self._number(index)
        if number is not None:
            return "digits", *number
        if token.text == "oh" and self.language == "en":
            return "letter", "o", index + 1
        if len(token.text) == 1:
            return "letter", token.text, index + 1
        return "word", HEARD_AS.get(token.text, token.text.replace("'", "")), index + 1

    def _e_mail(self, index: int) -> int | None:
        """Past "e-mail" and "e mail", so that its first letter is not spelled into the address."""
        after = index + 1 + (self._text(index + 1) == "-")
        return after + 1 if self._text(after).startswith("mail") else None

    def _is_inside(self, index: int) -> bool:
        """True for a mark with no space on either side; the full stop that ends a sentence is no dot."""
        token, text = self.tokens[index], self.folded.text
        before, after = text[token.start - 1 : token.start], text[token.end : token.end + 1]
        return before not in ("", " ") and after not in ("", " ")

    def _number(self, index: int) -> tuple[str, int] | None:
        """Digits in words or figures; years may be said in full ("dwa tysiące pięć")."""
        number = self.numbers.read(index)
        if number is not None and not number.written and number.is_whole and number.value >= 1000:
            return str(int(number.value)), number.last
        piece = self.digits.piece(index)
        if piece is None or (self._text(index) in _OH and not self._digits_beside(index)):
            return None
        return piece.options[0], piece.last

    def _digits_beside(self, index: int) -> bool:
        """English "oh" is the letter between letters and the digit between digits."""
        beside = [i for i in (index - 1, index + 1) if 0 <= i < len(self.tokens) and self._text(i) not in _OH]
        return any(self.digits.piece(i) for i in beside)

    def _after_help(self, index: int) -> int:
        """Past "jak Jan" after the letter J."""
        for words in LETTER_HELP.get(self.language, ()):
            following = self._text(index + len(words))
            if tuple(self._text(index + i) for i in range(len(words))) == words and following[:1].isalpha():
                return index + len(words) + 1
        return index

    def _letters(self, items: list[_Item]) -> list[_Item]:
        """Names of letters next to spelled letters become letters ("jot a en"); a lone one stays a word."""
        names = LETTERS.get(self.language, {})
        found = list(items)
        for index, item in enumerate(items):
            near = [*found[max(0, index - 1) : index], *items[index + 1 : index + 2]]
            spelled = any(n.kind == "letter" or (n.kind == "word" and n.text in names) for n in near)
            if item.kind == "word" and item.text in names and spelled:
                found[index] = _Item("letter", names[item.text], item.start, item.end)
        return found


def _domain(items: list[_Item], at: int) -> tuple[str, int] | None:
    """The domain after "@" and the index of its last item: labels joined by dots, one word or spelled letters last."""
    text, index, last = "", at + 1, at
    while index < len(items):
        item = items[index]
        if item.kind == "break" or (item.kind == "sign" and item.text not in ".-"):
            break
        ended = "." in text and not text.endswith((".", "-")) and not (item.kind == "sign" or _spelling(items, index))
        if ended:
            break
        text, last = text + item.text, index
        index += 1
    return (text, last) if "." in text else None


def _spelling(items: list[_Item], index: int) -> bool:
    """True inside letter-by-letter spelling ("p l")."""
    return items[index].kind == "letter" and items[index - 1].kind == "letter"


def _local(items: list[_Item], at: int, language: str) -> list[_Item]:
    """The items before "@" that belong to the address: back to a pause or to an introducing word."""
    found: list[_Item] = []
    for index in range(at - 1, -1, -1):
        item = items[index]
        if item.kind == "break" and not _is_spelled_pause(items, index):
            break
        if item.kind == "sign" and item.text == "@":
            break
        if item.kind == "break":
            continue
        glued = bool(found) and (found[0].kind == "sign" or item.kind == found[0].kind == "letter")
        if item.text in INTRO.get(language, ()) and not glued:
            break
        found.insert(0, item)
    while found and found[0].kind == "sign":
        found.pop(0)
    return found


def _is_spelled_pause(items: list[_Item], index: int) -> bool:
    """ "j, a, n": commas between spelled letters and digits do not end the address."""
    around = [items[i].kind for i in (index - 1, index + 1) if 0 <= i < len(items)]
    return items[index].text == "," and len(around) == 2 and all(kind in ("letter", "digits") for kind in around)


def _loose_words(local: list[_Item]) -> int:
    """How many whole words stand side by side with no sign between them, less one."""
    return sum(1 for a, b in pairwise(local) if a.kind == b.kind == "word")


def _spoken(folded: Folded, language: str) -> Parsed | None:
    items = _Speller(folded, language).items()
    for at, item in enumerate(items):
        if item.kind != "sign" or item.text != "@":
            continue
        domain, local = _domain(items, at), _local(items, at, language)
        if domain is None or not local or _has_second_at(items, at):
            continue
        parsed = _join(folded, local, domain[0], items[domain[1]].end)
        if parsed is not None:
            return parsed
    return None


def _has_second_at(items: list[_Item], at: int) -> bool:
    """True for "a@b.pl@c.pl": a broken address is refused, not repaired."""
    written = [i for i, item in enumerate(items) if item.text == "@" and item.end - item.start == 1]
    return any(i != at and abs(items[i].start - items[at].start) < _NEAR for i in written)


def _join(folded: Folded, local: list[_Item], domain: str, end: int) -> Parsed | None:
    address = "".join(item.text for item in local) + "@" + domain
    loose = _loose_words(local)
    if not _is_address(address) or loose >= _MOST_WORDS or not _stands_alone(folded.text, local[0].start, end):
        return None
    confidence = _GLUED if loose else _SPOKEN
    if domain.rpartition(".")[2] not in TOP_LEVEL:
        confidence = round(confidence - _RARE_ENDING, 2)
    start, end = folded.span(local[0].start, end)
    return Parsed(address, confidence, start, end, (_dotted(local) + "@" + domain,) if loose == 1 else ())


def _dotted(local: list[_Item]) -> str:
    """The address with a dot where two words stand side by side: people leave it out when they dictate."""
    text = local[0].text
    for before, item in pairwise(local):
        text += ("." if before.kind == item.kind == "word" else "") + item.text
    return text


def _is_wider(spoken: Parsed | None, folded: Folded, written: tuple[str, int, int]) -> bool:
    """True for "jan kropka kowalski@gmail.com": half of the address is in words."""
    if spoken is None or spoken.alternatives:
        return False
    start, end = folded.span(written[1], written[2])
    return spoken.start < start and spoken.end == end


def parse_email(text: str, context: Context) -> Parsed | None:
    """An e-mail address; the value is the lower-case address (``"jan.kowalski@gmail.com"``).

    Incomplete and broken ones are refused, never repaired.
    """
    folded = fold(text)
    written = _written(folded)
    spoken = _spoken(folded, language_of(context.language)) if len(written) < 2 else None
    if not written or _is_wider(spoken, folded, written[0]):
        return spoken
    values = list(dict.fromkeys(address for address, _, _ in written))
    start, end = folded.span(written[0][1], written[0][2])
    if len(values) > 1:
        return Parsed(values[0], _SEVERAL, start, end, tuple(values[1:4]))
    # An address has no "ł": somebody typed a name by habit, so the reading is not certain.
    return Parsed(values[0], _WRITTEN if text[start:end].isascii() else _FOLDED, start, end)
