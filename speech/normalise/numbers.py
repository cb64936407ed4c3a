"""Money, measures, ranges, ordinals and plain numbers."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from speech.normalise.context import DASH, LOWER, NO_WORD, SPACE, Place, Rule, counted, following
from speech.normalise.language import ISO_CURRENCIES, RANGE_FROM, RANGE_TO
from speech.normalise.writing import Writing

_SYMBOLS = {
    "US$": "USD",
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "zł": "PLN",
    "zl": "PLN",
    "lei": "RON",
    "leu": "RON",
    "de lei": "RON",
    "Kč": "CZK",
    "¥": "JPY",
    "₴": "UAH",
}
_CODES = (*ISO_CURRENCIES, "SEK", "NOK", "DKK", "HUF", "UAH", "JPY", "BGN", "CAD", "AUD", "TRY")
_BEFORE = rf"(?:(?:US\$|[$€£¥₴]){SPACE}?|(?:{'|'.join(_CODES)}){SPACE})"
_AFTER = rf"{SPACE}?(?:(?:de )?lei|leu|zł|zl|Kč|{'|'.join(_CODES)}){NO_WORD}|{SPACE}?(?:US\$|[$€£¥₴])"
_GROUPED = r"\d{1,3}(?:\.\d{3}){1,3}(?:,\d{1,2})?|\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,2})?"
_ANY = r"\d{1,12}(?:[.,]\d{1,9})?"
_WIDE = r"\d{1,3}(?: \d{3}){1,3}(?:[.,]\d{1,2})?"
_FIXED = r"\d{1,3}(?:\u00a0\d{3}){1,3}(?:[.,]\d{1,2})?"
_END = r"(?![\d]|[.,]\d)"
AMOUNT = rf"(?:{_FIXED}|{_WIDE}|{_GROUPED}|{_ANY}){_END}"
NUMBER = rf"(?:{_FIXED}|{_GROUPED}|{_ANY}){_END}"
UNITS = (
    *("km/h", "kWh", "km", "cm", "mm", "m²", "m2", "kg", "mg", "ml", "GB", "MB", "TB", "kW", "szt", "min"),
    *("h", "m", "g", "l", "L", "s", "W", "V", "%", "‰", "°C", "°"),
)


def _units(more: tuple[str, ...]) -> str:
    """Matches a unit; "m" is none before a number: "Polna 12 m. 4" is a flat."""
    names = sorted((*UNITS, *more), key=len, reverse=True)
    return "(?P<unit>" + "|".join(rf"m(?!\.{SPACE}?\d)" if name == "m" else re.escape(name) for name in names) + ")"


def parse(text: str, place: Place) -> Decimal:
    """A number in any grouping; one separator before three digits groups unless it is the language's decimal one."""
    digits = re.sub(SPACE, "", text)
    marks = [c for c in digits if c in ".,"]
    decimal = marks[-1] if marks else ""
    if len(marks) == 1:
        head, _, tail = digits.lstrip("-").partition(decimal)
        if len(tail) == 3 and 1 <= len(head) <= 3 and head != "0" and decimal != place.writing.decimal:
            decimal = ""
    elif len(set(marks)) == 1:
        decimal = ""
    for mark in ".,":
        digits = digits.replace(mark, "." if mark == decimal else "")
    return Decimal(digits)


def _currency(written: str) -> str:
    written = written.strip(" \u00a0")
    return _SYMBOLS.get(written, written)


def _money(match: re.Match[str], place: Place) -> str | None:
    amount = parse(match["amount"], place)
    written = match["before"] or match["after"]
    return place.say.money(-amount if match["sign"] else amount, _currency(written), place.preceding) + _per(match, place)


def _money_range(match: re.Match[str], place: Place) -> str | None:
    written = match["before"] or match["after"]
    if not written:
        return None
    amounts = parse(match["first"], place), parse(match["last"], place)
    ends = _ends(place)
    first = place.say.count(amounts[0], "", ends[0]).strip()
    if amounts[0] != int(amounts[0]):
        first = place.say.money(amounts[0], _currency(written), ends[0])
    return _joined(first, place.say.money(amounts[1], _currency(written), ends[1]), place) + _per(match, place)


def _per(match: re.Match[str], place: Place) -> str:
    return f" {place.writing.per[match['per']]}" if match["per"] else ""


def _scaled(match: re.Match[str], place: Place) -> str | None:
    """ "$1.5m", "£2 million"."""
    scale = {"k": 10**3, "t": 10**3, "m": 10**6, "b": 10**9}[match["scale"][0].lower()]
    return place.say.money(parse(match["amount"], place) * scale, _currency(match["before"]), place.preceding)


def _decade(match: re.Match[str], place: Place) -> str | None:
    """ "the 1990s", "the '90s"."""
    said = place.say.year(int(match["year"])) if len(match["year"]) == 4 else place.say.number(Decimal(match["year"]))
    return f"{said[:-1]}ies" if said.endswith("y") else f"{said}s"


def _pence(match: re.Match[str], place: Place) -> str | None:
    return place.say.money(Decimal(match["amount"]) / 100, "GBP", place.preceding)


def _grosze(match: re.Match[str], place: Place) -> str | None:
    return place.say.money(Decimal(match["amount"]) / 100, "PLN", place.preceding) + _stop(match)


def _zlotys(match: re.Match[str], place: Place) -> str | None:
    """ "200,-"."""
    return place.say.money(parse(match["amount"], place), "PLN", place.preceding)


def _unit_of(match: re.Match[str]) -> str:
    return {"L": "l", "°": "°C", "m2": "m²"}.get(match["unit"], match["unit"])


def _measure(match: re.Match[str], place: Place) -> str | None:
    value = parse(match["amount"], place)
    return place.say.measure(-value if match["sign"] else value, _unit_of(match), place.preceding) + _stop(match)


def _measure_range(match: re.Match[str], place: Place) -> str | None:
    ends = _ends(place)
    unit = _unit_of(match)
    first = place.say.count(parse(match["first"], place), unit, ends[0]).removesuffix(unit).strip().removesuffix(" de")
    last = place.say.measure(parse(match["last"], place), _unit_of(match), ends[1])
    return _joined(first, last, place) + _stop(match)


def _stop(match: re.Match[str]) -> str:
    """The dot of "5 min." also ends the sentence unless it goes on in lower case."""
    if not match["dot"]:
        return ""
    rest = match.string[match.end() : match.end() + 3].lstrip()
    return "" if rest[:1].islower() or rest[:1] in (*",;:)?!",) else "."


def _range(match: re.Match[str], place: Place) -> str | None:
    first, last = parse(match["first"], place), parse(match["last"], place)
    noun = following(match)
    if (
        max(first, last) <= 24
        and first != last
        and place.opens(noun)
        and (first > 5 or not noun)
        and first == int(first)
        and last == int(last)
    ):
        return _hours(int(first), int(last), place)
    if _is_year(match["first"]) and _is_year(match["last"]):
        return place.say.span(place.say.year(int(first)), place.say.year(int(last)), "number")
    if first >= last:  # a score, sizes, a code: not from … to
        return None
    spoken = [_without(place.say.count(value, noun, end), noun, match) for value, end in zip((first, last), _ends(place), strict=True)]
    return _joined(_bare(spoken[0], spoken[1]), spoken[1], place)


def _hours(first: int, last: int, place: Place) -> str:
    """ "pn.-pt. 8-16"; "Mon-Fri 9-5" says no half of the day."""
    say = place.say
    if first > last and first <= 12 and say.language == "en":
        return say.span(say.number(Decimal(first)), say.number(Decimal(last)), "time")
    return say.span(say.time(first % 24, 0, RANGE_FROM), say.time(last % 24, 0, RANGE_TO), "time")


def _ends(place: Place) -> tuple[str, str]:
    """What stands before the two ends of a range: the word before it where that governs both ("w ciągu 3-5 dni")."""
    if place.between:
        return RANGE_FROM, RANGE_FROM
    return (place.preceding,) * 2 if place.preceding in place.writing.range_governors else (RANGE_FROM, RANGE_TO)


def _joined(first: str, last: str, place: Place) -> str:
    """Two ends as a range; after "do" no second one: "do trzech, pięciu dni"; after "between" with "and"."""
    if place.between:
        return f"{first} {place.writing.both} {last}"
    return f"{first}, {last}" if _ends(place)[0] == "do" else place.say.span(first, last, "number")


def _bare(first: str, last: str) -> str:
    """Romanian puts "de" between a number and its noun: only the last number of a range keeps it."""
    return first.removesuffix(" de") if first.endswith(" de") or last.endswith(" de") else first


def _without(spoken: str, noun: str, match: re.Match[str]) -> str:
    """The number without the noun that stays in the text, and without "de" where that stays there too."""
    number = spoken.removesuffix(noun).strip()
    return number.removesuffix(" de") if match.string.startswith(("de ", "de\u00a0"), match.end() + 1) else number


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits.isdigit() and 1900 <= int(digits) < 2100


def _year(match: re.Match[str], place: Place) -> str | None:
    if not _is_year(match[0]):
        return None
    suffix = "|".join(map(re.escape, place.writing.after_year)) or "(?!)"
    behind = re.compile(rf"{SPACE}?(?:{suffix}){NO_WORD}").match(match.string, match.end())
    if not behind and not place.after_year_word():
        return None
    value, alone = int(match[0]), place.writing.year_alone
    if alone and place.preceding.startswith("rok"):
        return _after_its_word(value, place)
    if place.after_month() or (alone and place.preceding not in alone):
        said = _year_in_date(value, place)
        return said.removesuffix(" roku") if behind else said
    return place.say.year(value)


def _after_its_word(value: int, place: Place) -> str:
    """ "rok 2026", "do roku 2026", "w roku 2026"."""
    if place.preceding != "roku":
        return place.say.ordinal(value, place.preceding)
    if place.window[-2:-1] and place.window[-2] in place.writing.year_alone:
        return place.say.year(value)
    return _year_in_date(value, place).removesuffix(" roku")


def _year_in_date(value: int, place: Place) -> str:
    """The year as a date says it: Polish has the genitive there."""
    day = place.say.day_and_month(1, 1, "")
    return place.say.date(date(value, 1, 1), with_year=True, preceding="").removeprefix(day).strip()


def _ordinal(match: re.Match[str], place: Place) -> str | None:
    """The ending is passed on where it tells the gender (Romanian "a 2-a")."""
    return place.say.ordinal(int(match["value"]), match["ending"] if place.say.language == "ro" else following(match))


def _ordinal_dot(match: re.Match[str], place: Place) -> str | None:
    word = following(match)
    return place.say.ordinal(int(match["value"]), word) if place.writing.ordinal_dot and word[:1].islower() else None


def _size(match: re.Match[str], place: Place) -> str | None:
    return f"{place.say.number(parse(match['amount'], place))} {place.writing.by}"


def _times(match: re.Match[str], place: Place) -> str | None:
    """ "2 x 49,99 zł", "3x dziennie"."""
    said = place.say.count(Decimal(match["amount"]), place.writing.times)
    return f"de {said} " if place.say.language == "ro" else f"{said} "


def _compound(match: re.Match[str], place: Place) -> str | None:
    """ "5-year", "5-letni": the word stays behind its number, its hyphen tells the verbaliser that they are one."""
    return place.say.count(parse(match["amount"], place), f"-{match['word']}", place.preceding)


def _number(match: re.Match[str], place: Place) -> str | None:
    written = match["amount"]
    if " " in written and not place.writing.spaced:
        return None
    value = parse(written, place)
    if match["sign"]:
        value = -value
    noun, second = counted(match)
    if not second:
        return _without(place.say.count(value, noun, place.preceding), noun, match)
    governors = place.writing.range_governors
    own = not noun or (governors and (place.preceding in governors or second[-1] in "234"))  # else the noun agrees with the second
    return place.say.count(value, noun, place.preceding if own else RANGE_FROM).removesuffix(noun).strip().removesuffix(" de")


_SIGN = r"(?P<sign>(?<![^\W_])[-–]|)"


def amounts(writing: Writing, language: str) -> list[Rule]:
    """The rules of money and measures, which nothing else can be taken for."""
    prices = "|".join(map(re.escape, sorted(writing.per, key=len, reverse=True)))
    per = rf"(?:{SPACE}?/{SPACE}?(?P<per>{prices}){NO_WORD})?"
    unit = _units(writing.units)
    pair = rf"(?P<first>{AMOUNT}){DASH}(?:{_BEFORE})?(?P<last>{AMOUNT})"
    found = [
        Rule(re.compile(rf"(?P<before>{_BEFORE}){pair}(?P<after>{_AFTER})?{per}"), _money_range),
        Rule(re.compile(rf"(?P<before>){pair}(?P<after>{_AFTER}){per}"), _money_range),
        Rule(re.compile(rf"{_SIGN}(?P<before>{_BEFORE})(?P<amount>{AMOUNT})(?P<after>){per}"), _money),
        Rule(re.compile(rf"{_SIGN}(?P<before>)(?P<amount>{AMOUNT})(?:,[-–—])?(?P<after>{_AFTER}){per}"), _money),
        Rule(re.compile(rf"(?P<first>{NUMBER})(?:{SPACE}?%)?{DASH}(?P<last>{NUMBER}){SPACE}?{unit}{NO_WORD}(?P<dot>\.?)"), _measure_range),
        Rule(re.compile(rf"{_SIGN}(?P<amount>{AMOUNT}){SPACE}?{unit}{NO_WORD}(?P<dot>\.?)"), _measure),
    ]
    if language == "en":
        scale = "(?P<scale>k|K|m|M|bn|thousand|million|billion)"
        found.insert(0, Rule(re.compile(rf"(?P<before>{_BEFORE})(?P<amount>{AMOUNT}){SPACE}?{scale}{NO_WORD}"), _scaled))
        found.insert(0, Rule(re.compile(rf"(?:'(?=\d0)|(?=\d{{4}}))(?P<year>(?:19|20)?\d0)'?s{NO_WORD}"), _decade))
        found.append(Rule(re.compile(rf"(?P<amount>\d{{1,2}})p{NO_WORD}"), _pence))
    if language == "pl":
        found.append(Rule(re.compile(rf"(?P<amount>\d{{1,2}}){SPACE}?gr{NO_WORD}(?P<dot>\.?)"), _grosze))
        found.append(Rule(re.compile(rf"(?P<amount>{AMOUNT}),[-–—](?![^\s.,;:!?)])"), _zlotys))
    return found


_ORDINALS = {
    "en": r"(?P<value>\d{1,6})(?P<ending>st|nd|rd|th)",
    "ro": r"(?P<value>\d{1,3})-(?P<ending>lea|a)",
    "pl": r"(?P<value>\d{1,3})-(?P<ending>(?:sz|[gctm])?(?:i?ego|i?emu|i?ej|[yi]m|[yiae]|ia|ie|ą|ią))",
}


def ordinals(language: str) -> list[Rule]:
    """The rule of ordinals with an ending: "3rd", "2-lea"."""
    return [Rule(re.compile(_ORDINALS[language] + NO_WORD), _ordinal)]


def sizes() -> list[Rule]:
    """The rules of numbers multiplied: before codes, to which "30x20x10 cm" looks like one."""
    price = rf"(?:{_BEFORE}{AMOUNT}|{AMOUNT}{_AFTER})"
    chain = rf"(?:{NUMBER}{SPACE}?[x×]{SPACE}?){{0,3}}{NUMBER}(?:{SPACE}?{_units(())})?{NO_WORD}(?!-)"
    return [
        Rule(re.compile(rf"(?P<amount>\d{{1,3}}){SPACE}?[xX×]{SPACE}?(?={price})"), _times),
        Rule(re.compile(rf"(?P<amount>\d{{1,2}}){SPACE}?[x×](?={SPACE}[{LOWER}])"), _times),
        Rule(re.compile(rf"(?P<amount>{NUMBER}){SPACE}?[x×]{SPACE}?(?={chain})"), _size),
    ]


def rules() -> list[Rule]:
    """The rules of bare numbers: the last to be tried."""
    return [
        Rule(re.compile(rf"(?P<amount>{NUMBER}){SPACE}?[xX×]{SPACE}?(?=\d)"), _size),
        Rule(re.compile(rf"(?P<first>{NUMBER}){DASH}(?P<last>{NUMBER}){NO_WORD}(?!-)"), _range),
        Rule(re.compile(rf"\d{{4}}{NO_WORD}(?![.,]\d)"), _year),
        Rule(re.compile(rf"(?P<value>\d{{1,3}})\.(?={SPACE}[^\W\d_])"), _ordinal_dot),
        Rule(re.compile(r"(?P<amount>\d{1,6}(?:[.,]\d{1,2})?)-(?P<word>[^\W\d_]{2,30})(?<![A-Z])(?=[\s.,;:!?)]|$)"), _compound),
        Rule(re.compile(rf"{_SIGN}(?P<amount>{AMOUNT}){NO_WORD}"), _number),
        Rule(re.compile(rf"{_SIGN}(?P<amount>{NUMBER}){NO_WORD}"), _number),
    ]
