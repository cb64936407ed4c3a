"""Codes of every kind: e-mail and web addresses, telephone numbers, IBAN, postal codes, order numbers, bare digits after a
word that says so."""

from __future__ import annotations

import re

import phonenumbers

from speech.normalise.context import NO_WORD, SPACE, UPPER, Place, Rule, following
from speech.normalise.writing import Writing

_VOWELS = frozenset("aeiouyąęóăâîAEIOUYĄĘÓĂÂÎ")
_EMAIL = r"(?P<user>[\w.+%•*-]{1,64})@(?P<host>[\w-]{1,63}(?:\.[\w-]{1,63}){1,5})"
_URL = (
    r"(?:https?://|www\.)[^\s<>\"]{1,300}"
    r"|(?<![\w@.])(?:[a-zA-Z0-9-]{1,63}\.){1,4}(?:com|org|net|pl|ro|eu|uk|io|app|shop|example|info|de|cz)(?:/[^\s<>\"]{0,300})?(?![\w@])"
)


def chunks(digits: str, size: int = 3) -> list[str]:
    """Digits in groups that an ear can hold: up to four in one, else threes, the last of four rather than of one."""
    if len(digits) <= 4:
        return [digits]
    parts = [digits[i : i + size] for i in range(0, len(digits), size)]
    if len(parts[-1]) == 1:
        parts[-2:] = [parts[-2] + parts[-1]]
    return parts


def _email(match: re.Match[str], place: Place) -> str | None:
    user, host = match["user"], match["host"]
    shown = user.replace("•", "").rstrip("*")
    if shown == user:
        return place.say.email(match[0])
    said = place.say.url(shown) if len(shown) > 1 else place.say.spell(shown)
    return f"{said}, {place.writing.hidden}, {place.say.symbol('@')} {place.say.url(host)}"


def _url(match: re.Match[str], place: Place) -> str | None:
    """Without the scheme; punctuation that ends the sentence is not part of it."""
    address = match[0].rstrip(".,;:!?')]…")
    spoken = place.say.url(re.sub(r"^https?://", "", address).rstrip("/"))
    sentence_follows = re.compile(rf"{SPACE}[{UPPER}]").match(match.string, match.end())
    return spoken + (match[0][len(address) :] or ("." if sentence_follows else ""))


def _iban(match: re.Match[str], place: Place) -> str | None:
    plain = re.sub(SPACE, "", match[0])
    if sum(c.isdigit() for c in plain) < len(plain) // 2:
        return None
    groups = [plain[i : i + 4] for i in range(0, len(plain), 4)]
    return ", ".join(place.say.digits([g]) if g.isdigit() else _mixed(g, place) for g in groups)


def _postal(match: re.Match[str], place: Place) -> str | None:
    return place.say.digits(match[0].split("-"))


def _british_postal(match: re.Match[str], place: Place) -> str | None:
    return ", ".join(_mixed(half, place) for half in match[0].split())


def _phone(match: re.Match[str], place: Place) -> str | None:
    """Groups as written, or as the country writes them."""
    written = match[0]
    if sum(c.isdigit() for c in written) < 9:
        return None
    thousands = re.fullmatch(rf"\d{{1,3}}(?:{SPACE}\d{{3}})+", written)
    if thousands and following(match) and written[0] != "0" and not place.after_code_word(9):
        return None
    try:
        number = phonenumbers.parse(written, place.writing.region)
    except phonenumbers.NumberParseException:
        return None
    likely = phonenumbers.is_valid_number(number) or (place.after_code_word(9) and len(re.sub(r"\D", "", written)) >= 9)
    if not (likely or (written[0] == "+" and phonenumbers.is_possible_number(number))):
        return None
    groups = re.findall(r"\d+", written)
    if max(map(len, groups)) > 5:
        form = phonenumbers.PhoneNumberFormat.INTERNATIONAL if written[0] == "+" else phonenumbers.PhoneNumberFormat.NATIONAL
        runs = re.findall(r"\d+", phonenumbers.format_number(number, form))
        if "".join(runs) != re.sub(r"\D", "", written):  # a zero was put before it: no telephone number
            runs = groups
        groups = [part for run in runs for part in (chunks(run) if len(run) > 5 else [run])]
    spoken = place.say.digits(groups)
    return f"{place.say.symbol('+')} {spoken}" if written[0] == "+" else spoken


def _digits_after_word(match: re.Match[str], place: Place) -> str | None:
    """Digits, also grouped, right after a word that says they are a code."""
    groups = re.findall(r"\d+", match[0])
    if not place.after_code_word(sum(map(len, groups))):
        return None
    return place.say.digits([part for group in groups for part in chunks(group)])


def _dotted(match: re.Match[str], place: Place) -> str | None:
    """A version, an IP address: every number by itself. Groups of three are a large number."""
    first, *rest = match[0].split(".")
    if all(len(part) == 3 for part in rest) and not (len(rest) == 3 and all(int(part) < 256 for part in (first, *rest))):
        return None
    dot = f" {place.say.spell('.') or ','} "
    return dot.join(place.say.digits([part]) for part in match[0].split("."))


def _grouped(match: re.Match[str], place: Place) -> str | None:
    """A Polish account number without its country, a free or shared-cost line: groups as written."""
    return place.say.digits(re.findall(r"\d+", match[0]))


def _dashed(match: re.Match[str], place: Place) -> str | None:
    return place.say.digits([part for group in re.findall(r"\d+", match[0]) for part in chunks(group)])


def _long(match: re.Match[str], place: Place) -> str | None:
    """Seven digits and more without grouping, or a leading zero: nobody counts so."""
    return place.say.digits(chunks(match[0])) if len(match[0]) > 6 or (match[0][0] == "0" and len(match[0]) > 1) else None


def _code(match: re.Match[str], place: Place) -> str | None:
    """Letters and digits in one piece: "BR-1001", "FV/2026/1187", "WAW117M", "3XL", "USB-C" is none (no digit)."""
    text = match[0]
    if not any(c.isdigit() for c in text) or not any(c.isalpha() for c in text):
        return None
    if not any(c.isupper() for c in text) and not re.search(r"[^\W\d_]\d|\d[^\W\d_]", text):
        return None
    return _mixed(text, place)


def _mixed(text: str, place: Place) -> str:
    """Runs of letters read or spelled, runs of digits one by one; a comma on both sides of longer digits, none at a slash."""
    spoken, before = "", ""
    for run in re.findall(r"[^\W\d_]+|\d+|[-/_.]", text):
        if run in "-_.":
            continue
        if run == "/":
            said = place.say.symbol(run)
        elif run.isdigit():
            said = place.say.digits(chunks(run))
        else:
            said = run.lower() if _readable(run) else place.say.spell(run)
        pause = "/" not in (before, run) or not place.say.symbol("/")
        pause = pause and any(part.isdigit() and len(part) > 1 for part in (before, run))
        spoken += f"{', ' if pause else ' '}{said}" if spoken else said
        before = run
    return spoken


def _readable(run: str) -> bool:
    """Whether a code's letters are a word ("BRYZA") rather than a label ("VX")."""
    return (len(run) > 4 or (len(run) > 2 and not run.isupper())) and any(c in _VOWELS for c in run)


def _hash(match: re.Match[str], place: Place) -> str | None:
    """ "#1234", and what is shown of a card's number (cleaning has made its stars one bullet)."""
    return place.say.digits(chunks(match["digits"]))


def addresses() -> list[Rule]:
    """The rules that begin with a letter or a digit and must be tried before words."""
    return [
        Rule(re.compile(_EMAIL), _email),
        Rule(re.compile(_URL), _url),
        Rule(re.compile(rf"[A-Z]{{2}}\d\d(?:{SPACE}?[A-Z0-9]{{4}}){{2,7}}(?:{SPACE}?[A-Z0-9]{{1,3}})?{NO_WORD}"), _iban),
    ]


def rules(writing: Writing) -> list[Rule]:
    """The rules of codes in digits, the surest first."""
    found = [
        Rule(re.compile(rf"\+\d(?:[ \u00a0().-]{{0,2}}\d){{6,14}}{NO_WORD}"), _phone),
        Rule(
            re.compile(rf"(?:\(0?\d{{1,4}}\){SPACE}?|\d{{2,5}}[ \u00a0.-])\d{{2,6}}(?:[ \u00a0.-]\d{{2,4}}){{0,3}}(?![.,-]?\d){NO_WORD}"),
            _phone,
        ),
        Rule(re.compile(rf"\d{{9,11}}{NO_WORD}"), _phone),
        Rule(re.compile(rf"\d{{1,40}}(?:[ \u00a0-]\d{{2,6}}){{0,6}}(?![.,:/-]?\d){NO_WORD}"), _digits_after_word),
        Rule(re.compile(rf"[#•]{SPACE}?(?P<digits>\d{{1,40}})(?![.,]\d){NO_WORD}"), _hash),
        Rule(re.compile(rf"\d{{1,4}}(?:\.\d{{1,4}}){{2,5}}(?!,?\d){NO_WORD}"), _dotted),
        Rule(re.compile(rf"\d{{1,12}}(?:-\d{{1,12}}){{2,9}}{NO_WORD}"), _dashed),
        Rule(re.compile(rf"\d{{2,40}}(?![.,]\d){NO_WORD}"), _long),
    ]
    if writing.region == "PL":
        account = Rule(re.compile(rf"\d\d(?:{SPACE}\d{{4}}){{6}}{NO_WORD}"), _grouped)
        found.insert(0, account)
        found.insert(1, Rule(re.compile(rf"0{SPACE}80\d(?:[ \u00a0-]\d{{3}}){{2}}{NO_WORD}"), _grouped))
    town = "" if writing.region == "PL" else rf"(?={SPACE}[{UPPER}])"
    return [Rule(re.compile(rf"\d\d-\d{{3}}(?!-?\d){NO_WORD}{town}"), _postal), *found]


def mixed(writing: Writing) -> list[Rule]:
    """The rules of letters and digits in one token."""
    found = [Rule(re.compile(r"[^\W_]{1,40}(?:[-/_][^\W_]{1,40}){0,6}(?![^\W_])"), _code)]
    if writing.region == "GB":
        found.insert(0, Rule(re.compile(rf"[A-Z]{{1,2}}\d[A-Z\d]?{SPACE}\d[A-Z]{{2}}{NO_WORD}"), _british_postal))
    return found
