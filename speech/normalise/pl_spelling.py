"""Polish letters by name, and what is made of them: codes, digits in groups, e-mail and web addresses."""

from __future__ import annotations

import re
from itertools import groupby, pairwise

from speech.normalise.pl_numbers import by_digits, cardinal

_NAMES = {
    "a": "a",
    "b": "be",
    "c": "ce",
    "d": "de",
    "e": "e",
    "f": "ef",
    "g": "gie",
    "h": "ha",
    "i": "i",
    "j": "jot",
    "k": "ka",
    "l": "el",
    "m": "em",
    "n": "en",
    "o": "o",
    "p": "pe",
    "q": "ku",
    "r": "er",
    "s": "es",
    "t": "te",
    "u": "u",
    "v": "fał",
    "w": "wu",
    "x": "iks",
    "y": "igrek",
    "z": "zet",
    "ą": "a z ogonkiem",
    "ę": "e z ogonkiem",
    "ó": "o z kreską",
    "ł": "eł",
    "ć": "cie",
    "ń": "eń",
    "ś": "eś",
    "ź": "ziet",
    "ż": "żet",
    "ă": "a z daszkiem",
    "â": "a z daszkiem",
    "î": "i z daszkiem",
    "ș": "es z przecinkiem",
    "ț": "te z przecinkiem",
    "ä": "a umlaut",
    "ö": "o umlaut",
    "ü": "u umlaut",
    "ß": "eszet",
    "é": "e z akcentem",
    "á": "a z akcentem",
}
_IN_ADDRESS = {
    ".": "kropka",
    "@": "małpa",
    "-": "myślnik",
    "_": "podkreślnik",
    "+": "plus",
    "/": "ukośnik",
    "#": "krzyżyk",
    "?": "znak zapytania",
    "=": "równa się",
    "&": "i",
    "%": "procent",
    "~": "tylda",
    ":": "dwukropek",
}
_IN_CODE = {"/": "łamane przez", "_": "podkreślnik", ".": "kropka", "+": "plus", "#": "krzyżyk", "*": "gwiazdka", "@": "małpa"}
_DOMAINS = {
    "gmail": "dżimejl",
    "outlook": "ałtluk",
    "hotmail": "hotmejl",
    "icloud": "ajklałd",
    "yahoo": "jahu",
    "wp": "wu pe",
    "o2": "o dwa",
    "onet": "onet",
    "interia": "interia",
    "op": "o pe",
    "tlen": "tlen",
    "poczta": "poczta",
    "proton": "proton",
    "protonmail": "protonmejl",
    "www": "wu wu wu",
    "com": "kom",
    "org": "org",
    "net": "net",
    "gov": "gow",
    "edu": "edu",
    "info": "info",
    "biz": "biz",
    "shop": "szop",
    "online": "onlajn",
    "app": "ap",
    "store": "stor",
    "email": "imejl",
    "mail": "mejl",
    "io": "aj o",
    "bot": "bot",
}
"""Parts of addresses with a reading of their own; "eu", "pl", "ro" and other short ones are spelled."""
_SOUND = re.compile(r"sz|cz|rz|ch|dz|dż|dź|.")
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
_VOWELS = frozenset("aeiouyąęó")
GROUP = 4
"""Most letters or digits of a code that are said without a pause."""


def spelled(text: str) -> str:
    """A code: letters and digits by name, a comma between letters and digits and after every group; a hyphen only separates."""
    parts: list[str] = []
    for token in _TOKEN.findall(text):
        if token[0].isdecimal():
            parts.append(", ".join(map(by_digits, _grouped(token))))
        elif token[0].isalpha():
            parts.append(", ".join(map(letters, _grouped(token))))
        else:
            parts.append(_IN_CODE.get(token, ""))
    return ", ".join(part for part in parts if part).replace("przez, ", "przez ")


def digit_groups(groups: list[str]) -> str:
    """Groups of a telephone number or code: up to three digits as one number, others and those that begin with 0 by digits."""
    return ", ".join(_group(group) for group in groups if any(map(str.isdecimal, group)))


def email_address(address: str) -> str:
    """ "jan.kowalski@bryza.pl" → "jan kropka kowalski małpa bryza kropka pe el"."""
    local, at, domain = address.rpartition("@")
    return " ".join([*_said(local), *(["małpa"] if at else []), *_domain(domain)])


def web_address(address: str) -> str:
    """ "www.bryza.pl/zwroty" → "wu wu wu kropka bryza kropka pe el ukośnik zwroty"; a scheme and a slash at the end are not read."""
    domain, slash, path = re.sub(r"^\w+://", "", address).rstrip("/").partition("/")
    return " ".join([*_domain(domain), *_said(slash + path)])


def letters(text: str) -> str:
    """Letters by name without pauses, "PLN" → "pe el en"; one without a Polish name is left out."""
    return " ".join(_NAMES[letter] for letter in text.lower() if letter in _NAMES)


def _grouped(token: str) -> list[str]:
    """As even groups of at most GROUP as can be: 5 → 3 + 2, 11 → 4 + 4 + 3."""
    count = -(-len(token) // GROUP)
    size, longer = divmod(len(token), count)
    starts = [i * size + min(i, longer) for i in range(count + 1)]
    return [token[start:end] for start, end in pairwise(starts)]


def _group(group: str) -> str:
    digits = "".join(filter(str.isdecimal, group))
    plus = "plus " if group.startswith("+") else ""
    if len(digits) > 3:
        return plus + ", ".join(map(by_digits, _grouped(digits)))
    zero = len(digits) > 1 and int(digits[0]) == 0
    return plus + (by_digits(digits) if zero else cardinal(int(digits)))


def _domain(domain: str) -> list[str]:
    words: list[str] = []
    for label in domain.lower().split("."):
        words += ["kropka"] if words else []
        words += [_DOMAINS[label]] if label in _DOMAINS else _said(label)
    return words


def _said(text: str) -> list[str]:
    """The words, numbers and signs of a part of an address."""
    words = []
    for token in _TOKEN.findall(text.lower()):
        if token[0].isdecimal():
            words.append(_group(token))
        elif token[0].isalpha():
            words.append(token if _readable(token) else letters(token))
        else:
            words.append(_IN_ADDRESS.get(token, ""))
    return [word for word in words if word]


def _readable(word: str) -> bool:
    """Whether a Pole would read it as a word: at least three letters, a vowel, no heap of consonants ("sz" counts as one)."""
    sounds = _SOUND.findall(word)
    runs = [len(list(run)) for vowel, run in groupby(sounds, key=_VOWELS.__contains__) if not vowel]
    return len(word) >= 3 and not _VOWELS.isdisjoint(sounds) and max(runs, default=0) <= 4
