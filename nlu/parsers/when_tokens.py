"""Cuts speech into tagged tokens that the date, time and duration grammars read.

Every token has a *kind* (``WEEKDAY``, ``NUM``, ``AT``...). A sentence also has ``codes``: one private-use character per
token, so that a grammar rule is a tiny regular expression over kinds instead of a huge one over spellings. This is what
keeps the cost of a parse flat in the number of spellings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

LIMIT = 300
"""Only this many first characters are read: an answer to "when?" is short, and a pasted page must not cost time."""

_KINDS = (
    "X COMMA DASH NUM BIG FOUR DECIMAL NOISE YMD DMY DOTTED SLASHED CLOCK HM ORD ORDN SECORD HOUR WEEKDAY WDABBR "
    "MONTH RELDAY TONIGHT PART NOON MIDNIGHT WEEKEND SECW MINW HOURW DAYW WEEKW MONTHW YEARW LUNI HALF QUARTER "
    "ONEHALF WHICH IN AGO NOW DUR AT FOR ON THE OF AND TO PAST BEFORE FROM BOUND BETWEEN APPROX MINUS HALFTO EDGE "
    "NEG FIX CAN CANT OR FILL GREET THING NUMBERMARK AMPM OCLOCK HOLIDAY SOON ONE OH HUNDRED THOUSAND DATEW"
)
KINDS = tuple(_KINDS.split())
CODE = {kind: chr(0xE000 + index) for index, kind in enumerate(KINDS)}
UNITS = ("SECW", "SECORD", "MINW", "HOURW", "DAYW", "WEEKW", "MONTHW", "YEARW")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, phrase or number: ``start``/``end`` are offsets in the original text, ``raw`` its folded spelling."""

    kind: str
    value: Any
    start: int
    end: int
    raw: str

    @property
    def digits(self) -> bool:
        """Whether it was written with digits and not spelled out."""
        return self.raw[:1].isdigit()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What a language calls things.

    ``entries`` maps folded words (a tuple for phrases) to a kind and value, ``suffixes`` endings glued to digits
    (``3rd``, ``17-tej``) to the kind the number becomes, or to a word that follows it (``3pm``). ``rules`` are the
    language's own time idioms as (builder, pattern, confidence); ``bare_units`` says that a unit alone counts as one.
    """

    language: str
    entries: Mapping[tuple[str, ...], tuple[str, Any]]
    suffixes: Mapping[str, str]
    rules: tuple[tuple[str, str, float], ...]
    bare_units: frozenset[str] = frozenset()
    month_first: bool = False
    longest: int = 4
    fuzzy: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


Rows = Iterable[tuple[str, Any, str]]

_FUZZY_KINDS = frozenset({"WEEKDAY", "MONTH", "RELDAY", "PART", "WEEKEND", *UNITS})
_REAL_WORDS = frozenset({"mourning", "warning", "evenings", "minuta", "minutul", "rodzina", "thirsty", "seconds"})


def build(
    language: str,
    rows: Rows,
    suffixes: Mapping[str, str],
    rules: tuple[tuple[str, str, float], ...],
    bare_units: frozenset[str] = frozenset(),
    month_first: bool = False,
) -> Lexicon:
    """A lexicon from rows of (kind, value, "spelling, other spelling"); the first row to claim a spelling keeps it."""
    entries: dict[tuple[str, ...], tuple[str, Any]] = {}
    for kind, value, spellings in rows:
        for spelling in spellings.split(","):
            entries.setdefault(tuple(spelling.split()), (kind, value))
    by_length: dict[int, tuple[str, ...]] = {}
    for words, (kind, _) in entries.items():
        if len(words) == 1 and len(words[0]) >= 7 and kind in _FUZZY_KINDS:
            by_length[len(words[0])] = (*by_length.get(len(words[0]), ()), words[0])
    longest = max(len(words) for words in entries)
    return Lexicon(language, entries, suffixes, rules, bare_units, month_first, longest, by_length)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text cut into tokens; ``codes`` has one character per token."""

    text: str
    tokens: tuple[Token, ...]
    codes: str


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c)).lower()
    return plain.translate(_LETTERS)


_LETTERS = str.maketrans({"ł": "l", "đ": "d", "’": "'", "`": "'", "´": "'", "‘": "'", "‑": "-", "–": "-", "—": "-"})


def fold(text: str) -> tuple[str, list[int]]:
    """Lower case without diacritics, and for every character of it (plus the end) its offset in ``text``."""
    chars: list[str] = []
    offsets: list[int] = []
    for index, char in enumerate(text):
        for plain in char.lower() if char.isascii() else _fold_char(char):
            chars.append(plain)
            offsets.append(index)
    offsets.append(len(text))
    return "".join(chars), offsets


def clip(text: str) -> str:
    """The part of ``text`` that is read; it does not end inside a word, where half a number would lie."""
    if len(text) <= LIMIT:
        return text
    head = text[:LIMIT]
    cut = max(head.rfind(" "), head.rfind("\n"))
    return head[:cut] if cut > 0 else head


_RUN = re.compile(r"\S+")
_PIECE = re.compile(r"(?P<ampm>[ap]\.m\b\.?)|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)|(?P<comma>[,;!?()…:]|\.(?=\.))|(?P<dash>-)")
_SPLIT = re.compile(r"(?<=[a-z])\.(?=[0-9])|[;!?()\"„”“…]|,(?![0-9])|(?<![0-9]),")
_EDGE = re.compile(r"^[^\w+#£$€/-]*(.*?)[^\w%€$£/+-]*$", re.S)
_YMD = re.compile(r"([0-9]{4})([-./])([0-9]{1,2})\2([0-9]{1,2})(?:t([0-9]{2}):([0-9]{2})(?::[0-9]{2})?)?")
_DMY = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4}|(?<!-)[0-9]{2})(?:r)?")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(am|pm|a\.m|p\.m|h)?")
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})(am|pm|a\.m|p\.m|h)?")
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})")
_HM = re.compile(r"([0-9]{1,2})h([0-9]{1,2})(?:m|min)?")
_DECIMAL = re.compile(r"([0-9]{1,4}[.,][0-9]{1,3})([a-z]*)")
_SUFFIXED = re.compile(r"([0-9]{1,6})[-'.]?([a-z]+(?:\.m)?)")
_PLAIN = re.compile(r"[0-9]+")


def _plain(digits: str) -> tuple[str, int]:
    if len(digits) > 6:
        return "NOISE", 0
    kind = {1: "NUM", 2: "NUM", 4: "FOUR"}.get(len(digits), "BIG")
    return kind, int(digits)


def _numeric(raw: str, lexicon: Lexicon) -> list[tuple[str, Any, int, int]] | None:
    """The tokens of one chunk that has a digit, as (kind, value, from, to) inside it; None when it is no number."""
    size = len(raw)
    if found := _PLAIN.fullmatch(raw):
        return [(*_plain(raw), 0, size)]
    if found := _YMD.fullmatch(raw):
        day = [("YMD", (int(found[4]), int(found[3]), int(found[1])), 0, found.end(4))]
        if found[5]:
            return [*day, ("CLOCK", (int(found[5]), int(found[6])), found.start(5), size)]
        return list(day)
    if found := _DMY.fullmatch(raw):
        return [("DMY", (int(found[1]), int(found[3]), int(found[4])), 0, size)]
    for kind, pattern in (("CLOCK", _CLOCK), ("DOTTED", _DOTTED)):
        if found := pattern.fullmatch(raw):
            head = (kind, (int(found[1]), int(found[2])), 0, found.end(2))
            return [head, *_tail(found, found.re.groups, lexicon)]
    if found := _SLASHED.fullmatch(raw):
        # "24/7" means "always", never the 24th of July
        return [("NOISE" if raw == "24/7" else "SLASHED", (int(found[1]), int(found[2])), 0, size)]
    if found := _HM.fullmatch(raw):
        return [("HM", (int(found[1]), int(found[2])), 0, size)]
    if found := _DECIMAL.fullmatch(raw):
        decimal = ("DECIMAL", found[1].replace(",", "."), 0, found.end(1))
        rest = _tail(found, 2, lexicon)
        return [decimal, *rest] if rest or not found[2] else None
    if found := _SUFFIXED.fullmatch(raw):
        return _suffixed(found, lexicon)
    return None


def _tail(found: re.Match[str], group: int, lexicon: Lexicon) -> list[tuple[str, Any, int, int]]:
    word = (found[group] or "").replace(".", "")
    target = lexicon.suffixes.get(word)
    if not word or target is None or target in KINDS:
        return []
    kind, value = lexicon.entries.get((target,), ("AMPM", target))
    return [(kind, value, found.start(group), found.end(group))]


def _suffixed(found: re.Match[str], lexicon: Lexicon) -> list[tuple[str, Any, int, int]] | None:
    kind, value = _plain(found[1])
    target = lexicon.suffixes.get(found[2].replace(".", ""))
    if target is None or kind == "NOISE":
        return None
    if target == "APPROX":
        return [("APPROX", None, 0, 0), (kind, value, 0, found.end(1))]
    if target in KINDS:
        return [(target, value, 0, len(found[0]))] if kind == "NUM" else None
    return [(kind, value, 0, found.end(1)), *_tail(found, 2, lexicon)]


def _chunk(raw: str, base: int, lexicon: Lexicon) -> Iterator[tuple[str, Any, int, int, str]]:
    parts = _numeric(raw, lexicon)
    if parts is None and raw.count("-") == 1:
        left, right = raw.split("-")
        ends = _numeric(left, lexicon), _numeric(right, lexicon)
        if ends[0] and ends[1]:
            gap = len(left)
            moved = [(kind, value, a + gap + 1, b + gap + 1) for kind, value, a, b in ends[1]]
            parts = [*ends[0], ("DASH", None, gap, gap + 1), *moved]
    if parts is None:
        parts = [("NOISE", None, 0, len(raw))]
    for kind, value, start, end in parts:
        yield kind, value, base + start, base + end, raw[start:end]


def _pieces(folded: str, lexicon: Lexicon) -> Iterator[tuple[str, Any, int, int, str]]:
    """Raw pieces of the folded text as (kind, value, from, to, spelling); a plain word has the kind ``WORD``."""
    for run in _RUN.finditer(folded):
        if not re.search("[0-9]", run[0]):
            yield from _words(run[0], run.start())
            continue
        position = 0
        for stop in [*_SPLIT.finditer(run[0]), None]:
            end = stop.start() if stop else len(run[0])
            inner = _EDGE.match(run[0][position:end])
            if inner and inner[1]:
                base = run.start() + position + inner.start(1)
                has_digit = re.search("[0-9]", inner[1])
                yield from _chunk(inner[1], base, lexicon) if has_digit else _words(inner[1], base)
            if stop and stop[0] == ".":
                # "godz.17:30" is two words, and no pause lies between them
                position = stop.end()
            elif stop:
                yield "COMMA", None, run.start() + end, run.start() + stop.end(), stop[0]
                position = stop.end()


def _words(run: str, base: int) -> Iterator[tuple[str, Any, int, int, str]]:
    for found in _PIECE.finditer(run):
        start, end = base + found.start(), base + found.end()
        if found.lastgroup == "ampm":
            yield "WORD", None, start, end, found[0][0] + "m"
        elif found.lastgroup == "word":
            yield "WORD", None, start, end, found[0]
        elif found.lastgroup == "comma":
            yield "COMMA", None, start, end, found[0]
        elif run == "-":
            yield "DASH", None, start, end, found[0]


def _lookup(words: list[str], lexicon: Lexicon) -> tuple[str, Any, int]:
    """Kind, value and word count of the longest phrase that the words begin with."""
    for size in range(min(lexicon.longest, len(words)), 0, -1):
        if entry := lexicon.entries.get(tuple(words[:size])):
            return *entry, size
    if entry := _forgive(words[0], lexicon):
        return *entry, 1
    return "X", None, 1


def _forgive(word: str, lexicon: Lexicon) -> tuple[str, Any] | None:
    """The long calendar word that ``word`` misspells by an inner letter; the ends carry the grammar and must match."""
    if word.endswith("'s") and (entry := lexicon.entries.get((word[:-2],))):
        return entry if entry[0] in ("WEEKDAY", "RELDAY", "MONTH") else None
    if len(word) < 7 or len(word) > 14 or word in _REAL_WORDS:
        return None
    for size in (len(word), len(word) - 1, len(word) + 1):
        for candidate in lexicon.fuzzy.get(size, ()):
            if candidate[0] == word[0] and candidate[-1] == word[-1] and _one_edit(word, candidate):
                return lexicon.entries[(candidate,)]
    return None


def _one_edit(one: str, two: str) -> bool:
    start = 0
    while start < min(len(one), len(two)) and one[start] == two[start]:
        start += 1
    a, b = one[start:], two[start:]
    if a[1:] == b[1:] or a[1:] == b or a == b[1:]:
        return True
    return a[:2] == b[1::-1] and a[2:] == b[2:]


def read(text: str, lexicon: Lexicon) -> Sentence:
    """Cuts and tags the first characters of ``text``."""
    clipped = clip(text)
    folded, offsets = fold(clipped)
    pieces = list(_pieces(folded, lexicon))
    tokens: list[Token] = []
    index = 0
    while index < len(pieces):
        kind, value, start, end, raw = pieces[index]
        size = 1
        if kind == "WORD":
            words = [raw]
            while len(words) < lexicon.longest and index + len(words) < len(pieces):
                following = pieces[index + len(words)]
                if following[0] != "WORD":
                    break
                words.append(following[4])
            kind, value, size = _lookup(words, lexicon)
            end = pieces[index + size - 1][3]
            raw = " ".join(words[:size])
        first = offsets[start]
        tokens.append(Token(kind, value, first, max(offsets[end], first + (end > start)), raw))
        index += size
    return sentence(clipped, _silence(_promote(_compose(tokens))))


def sentence(text: str, tokens: Iterable[Token]) -> Sentence:
    """A sentence of these tokens."""
    kept = tuple(tokens)
    return Sentence(text, kept, "".join(CODE[token.kind] for token in kept))


_ORDINALS = ("ORD", "ORDN", "HOUR", "SECORD")


def _joined(left: Token, right: Token, joint: bool) -> Token | None:
    """Two words as one number: "twenty" + "five", "dwudziestego" + "pierwszego", "oh" + "five"."""
    if left.digits or right.digits or left.value is None:
        return None
    merged: Token | None = None
    raw = f"{left.raw} {right.raw}"
    if right.kind == "HUNDRED" and left.kind in ("NUM", "ONE") and left.value < 10 and not joint:
        merged = Token("NUM", left.value * right.value, left.start, right.end, raw)
    elif right.kind in ("NUM", *_ORDINALS) and left.kind in ("NUM", "OH", *_ORDINALS):
        tens = left.value % 100 in range(20, 100, 10) and 1 <= right.value <= 9
        zero = left.value == 0 and right.value <= 9 and not joint
        hundreds = left.value >= 100 and left.value % 100 == 0 and right.value < 100
        # "za dwadzieścia trzecia" is twenty to three and not 23:00, so a cardinal never joins a Polish hour
        same = left.kind == right.kind or (left.kind in ("NUM", "OH") and right.kind != "HOUR")
        same = same or (right.kind == "SECORD" and left.kind == "ORD")
        if (tens or zero or hundreds) and same:
            kind = "ORD" if right.kind == "SECORD" else right.kind
            merged = Token(kind, left.value + right.value, left.start, right.end, raw)
    return merged


def _compose(tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    for token in tokens:
        out.append(token)
        while len(out) >= 2 and (whole := _joined(out[-2], out[-1], joint=False)):
            out[-2:] = [whole]
        while len(out) >= 3 and out[-2].kind == "AND" and (whole := _joined(out[-3], out[-1], joint=True)):
            out[-3:] = [whole]
    return [Token("NUM", t.value, t.start, t.end, t.raw) if t.kind == "HUNDRED" else t for t in out]


_ABBR_BEFORE = frozenset({"ON", "WHICH", "FOR", "FROM", "TO", "BOUND", "NEG"})
_ABBR_AFTER = frozenset({"AT", "PART", "CLOCK", "ORD", "NUM", "MONTH", "DMY", "DOTTED", "APPROX", "WEEKDAY", "HOUR"})


def _promote(tokens: list[Token]) -> list[Token]:
    """Settles short words by their neighbours: "sat" is a day only in "on sat", "am" a time only in "5 am"."""
    out: list[Token] = []
    for index, token in enumerate(tokens):
        before = tokens[index - 1].kind if index else ""
        after = tokens[index + 1].kind if index + 1 < len(tokens) else ""
        kind = token.kind
        if kind == "WDABBR":
            calendar = len(tokens) == 1 or before in _ABBR_BEFORE or after in _ABBR_AFTER
            kind = "WEEKDAY" if calendar else "X"
        elif kind == "LUNI" and _counted(tokens, index):
            out.append(Token("MONTHW", "month", token.start, token.end, token.raw))
            continue
        elif kind == "SOON":
            # "od zaraz" names today only as a whole answer; in a sentence it hurries somebody up
            kind = "RELDAY" if all(other.kind in ("SOON", "FILL", "COMMA") for other in tokens) else "X"
        elif kind == "AMPM" and before not in ("NUM", "CLOCK", "DOTTED", "FOUR", "OCLOCK"):
            kind = "X"
        out.append(token if kind == token.kind else Token(kind, token.value, token.start, token.end, token.raw))
    return out


def _counted(tokens: list[Token], index: int) -> bool:
    """Romanian "luni" is Monday, and months after a number ("6 luni") that is no hour ("la 9 luni")."""
    start = index - 1
    if start > 0 and tokens[start].kind == "OF":
        start -= 1
    if start < 0 or tokens[start].kind not in ("NUM", "BIG"):
        return False
    return start == 0 or tokens[start - 1].kind not in ("AT", "HOURW")


_NUMBERS = frozenset({"NUM", "BIG", "FOUR", "DECIMAL", "NOISE", "DOTTED", "SLASHED"})


def _silence(tokens: list[Token]) -> list[Token]:
    """Marks the numbers of phones, orders and prices as ``NOISE``: they are never a date or a time."""
    out = list(tokens)
    index = 0
    while index < len(out):
        stop = index
        while stop < len(out) and (out[stop].kind in _NUMBERS or (stop > index and out[stop].kind == "DASH")):
            stop += 1
        run = out[index:stop]
        if run:
            _mute(out, index, stop, _is_reference(run, out, index, stop))
        index = max(stop, index + 1)
    return out


def _is_reference(run: list[Token], tokens: list[Token], start: int, stop: int) -> bool:
    count = sum(token.kind != "DASH" for token in run)
    if count >= 4 or any(token.kind == "NOISE" for token in run):
        return True
    if count >= 2 and any(token.kind == "BIG" for token in run):
        return True
    if stop < len(tokens) and tokens[stop].kind == "THING":
        return True
    before = start - 1
    while before > max(start - 4, 0) and tokens[before].kind in ("FILL", "X", "CAN", "THING", "COMMA"):
        before -= 1
    return before >= 0 and tokens[before].kind == "NUMBERMARK"


def _mute(tokens: list[Token], start: int, stop: int, reference: bool) -> None:
    if not reference:
        return
    for index in range(start, stop):
        token = tokens[index]
        tokens[index] = Token("NOISE", None, token.start, token.end, token.raw)


_TERM = re.compile(r"@?[A-Z]+(?:/[A-Z]+)*")
_MACROS = {
    "@UNIT": "/".join(UNITS),
    "@DAY": "NUM/ORD/ORDN/SECORD",
    "@WD": "WEEKDAY/LUNI",
    "@GLUE": "COMMA/ON/THE/OF/AT/FOR/FROM/BOUND/TO/FILL",
    "@CLK": "CLOCK/DOTTED/HM",
    "@LEAD": "AT/APPROX/FOR/FROM/TO/BOUND/BETWEEN/PAST/BEFORE",
}


def grammar(pattern: str) -> re.Pattern[str]:
    """Compiles a rule over kinds: ``WHICH? WEEKDAY/LUNI`` is an optional WHICH, then one of two kinds."""

    def classes(found: re.Match[str]) -> str:
        return "[" + "".join(CODE[kind] for kind in found[0].split("/")) + "]"

    for name, kinds in _MACROS.items():
        pattern = pattern.replace(name, kinds)
    return re.compile(_TERM.sub(classes, pattern).replace(" ", ""))
