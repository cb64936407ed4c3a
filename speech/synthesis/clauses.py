"""A reply cut into clauses that are spoken one after another, the first short enough to begin at once."""

from __future__ import annotations

import re

FIRST = 45
"""Characters of the first clause, at most, where the sentence allows: three seconds of speech, which Piper makes in under half a second."""
LEAST = 12
"""Fewer characters are not worth a clause of their own inside a sentence."""
MOST = 160
"""Characters of any clause, at most, where the sentence allows."""
GROWTH = 3
"""A clause is at most this many times as long as the one that is heard while it is made."""


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


ABBREVIATIONS = {
    "pl": _words(
        "al bł cd dot dr ew gm godz gr im inż jw ks lek m.in mgr min max np nr ok os p pkt pl pn por pow prof r ref sek sp str św "
        "szt tel tj tys tzn tzw ul ur w wg woj ww z.o.o o.o zał zł zob pon wt śr czw pt sob sb niedz ndz nd lok pok gab kom wew br bm "
        "dn mies tyg tydz maks kat ds ust art jęz ang hab dyr kier adw zam rej"
    ),
    "en": _words(
        "adm apt approx ave blvd capt cf co col corp dept dr e.g ed est etc ext fig gen gov hon i.e inc jan feb mar apr jun jul "
        "aug sept sep oct nov dec jr lt ltd max min mr mrs ms mt no p.m a.m ph.d pp prof rd ref rev sgt sr st tel u.s vs "
        "mon tue wed thu fri sat sun incl excl pcs ul"
    ),
    "ro": _words(
        "a.m al alin ap aprox art av bd bl bul cap cca cf com corp d-l d-lui d-na d-nei d-ra d-rei dl dlui dna dnei dr dra drei "
        "dvs ed et ex fig ing int jud lit loc lt max min mun nr ord p.m pag pct plt prof ref s.a s.r.l sc sect str șos tel tr urm "
        "vol î.hr d.hr lun mar mie vin sâm dum ul pt mp buc mil mld pers săpt cab pag ian feb apr mai iun iul aug sep sept oct nov dec"
    ),
}
"""Words whose full stop ends no sentence, without that stop. A single letter never does either."""
CONJUNCTIONS = {
    "pl": _words("i oraz albo lub ale lecz więc dlatego ponieważ żeby aby jeśli jeżeli kiedy gdy który która które których"),
    "en": _words("and but so because if when which while although unless or then"),
    "ro": _words("și dar iar sau deci deoarece pentru dacă când care astfel însă fiindcă"),
}
"""Words before which a long sentence without commas may be cut."""
WEEKDAYS = _words(
    "poniedziałek wtorek środa środę środy czwartek piątek sobota sobotę niedziela niedzielę monday tuesday wednesday "
    "thursday friday saturday sunday luni marți miercuri joi vineri sâmbătă duminică"
)
"""A comma after these stands inside a date."""

_END = re.compile(r"[.!?…]+[)\]\"'”’»]*\s+|\s*\n\s*")
_BREAK = re.compile(r"[,;:]\s+|\s[–—-]\s+")
_WORD = re.compile(r"[\w.\-'’]+$")


def clauses(text: str, language: str) -> list[str]:
    """The pieces of ``text`` in order, white space with the piece before it: joined they are the text. Nothing for nothing.

    Cuts at the ends of sentences; a long sentence at a comma, semicolon, colon or dash, or else before a conjunction. Never inside a
    number, a date, an amount, an address, an abbreviation or brackets.
    """
    pieces: list[str] = []
    for sentence in _sentences(text, language):
        rest = sentence
        while rest:
            most = min(MOST, max(FIRST, GROWTH * len(pieces[-1]))) if pieces else FIRST
            cut = _cut(rest, language, most, soon=not pieces) if len(rest) > most else len(rest)
            pieces.append(rest[:cut])
            rest = rest[cut:]
    return pieces


def _sentences(text: str, language: str) -> list[str]:
    found: list[str] = []
    begin = 0
    for end in _END.finditer(text):
        if (
            end.end() < len(text)
            and _ends(text, end, language)
            and _says(text[begin : end.end()], letters=True)
            and _says(text[end.end() :])
        ):
            found.append(text[begin : end.end()])
            begin = end.end()
    return [*found, text[begin:]] if begin < len(text) else found


def _says(piece: str, *, letters: bool = False) -> bool:
    """Whether anything of it can be heard; with ``letters``, more than the number of a list."""
    return any(letter.isalpha() if letters else letter.isalnum() for letter in piece)


def _ends(text: str, end: re.Match[str], language: str) -> bool:
    """Whether this punctuation ends a sentence."""
    mark = end.group().strip()
    if "\n" in end.group() or mark[:1] in ("!", "?"):
        return True
    after = text[end.end()]
    if after.islower() or (mark.startswith(("…", "..")) and not after.isupper()):
        return False
    word = _word_before(text, end.start())
    if mark != ".":  # an ellipsis, or a stop and a closing quote
        return True
    if word.isdigit():
        return not after.isdigit()
    known = ABBREVIATIONS.get(language, frozenset())
    last = word.rpartition("-")[2].lstrip(".")  # "pn.-pt."
    return not (len(word) == 1 and word.isalpha()) and word not in known and last not in known


def _word_before(text: str, position: int) -> str:
    found = _WORD.search(text, max(0, position - 40), position)
    return found.group().lower() if found else ""


def _cut(sentence: str, language: str, most: int, *, soon: bool) -> int:
    """Where to cut: the last good break within ``most`` characters, with ``soon`` the first; else the first after; the whole length if
    there is none."""
    breaks = [found.end() for found in _BREAK.finditer(sentence) if _breaks(sentence, found)]
    if not any(LEAST <= cut <= most for cut in breaks):
        breaks += _before_conjunctions(sentence, language)
    good = [cut for cut in sorted(breaks) if cut >= LEAST and len(sentence) - cut >= LEAST and _closed(sentence[:cut])]
    within = [cut for cut in good if cut <= most][: 1 if soon else None]
    return (within or good[:1] or [len(sentence)])[-1]


def _breaks(sentence: str, found: re.Match[str]) -> bool:
    """Whether this comma, colon or dash stands between two clauses, and not in a date, an amount or an address."""
    if found.end() >= len(sentence) or sentence[found.end()].isdigit():
        return False
    before = _word_before(sentence, found.start())
    if found.group().strip() in ("-", "–", "—") and before[-1:].isdigit():
        return False
    return before not in WEEKDAYS


def _before_conjunctions(sentence: str, language: str) -> list[int]:
    words = CONJUNCTIONS.get(language)
    if not words:
        return []
    pattern = re.compile(rf"(?<=[\w.%)]\s)(?:{'|'.join(sorted(words))})\s(?=[^\W\d])", re.IGNORECASE)
    return [found.start() for found in pattern.finditer(sentence)]


def _closed(piece: str) -> bool:
    return all(piece.count(left) <= piece.count(right) for left, right in ("()", "[]", "„”", "«»", "“”"))
