"""Romanian, as it is read aloud on the phone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from speech.normalise import ro_numbers as numbers
from speech.normalise import ro_spelling as spelling
from speech.normalise.language import RANGE_FROM, RANGE_TO
from speech.normalise.ro_nouns import gender_of, plain
from speech.normalise.ro_numbers import Gender
from speech.normalise.ro_words import ABBREVIATIONS, CURRENCIES, HALVED, MONTHS, SIGNS, UNITS, Noun

_HALF = Decimal("0.5")
_PARTS: dict[int, tuple[str, str, Gender]] = {
    3: ("treime", "treimi", "f"),
    4: ("sfert", "sferturi", "n"),
    5: ("cincime", "cincimi", "f"),
    6: ("șesime", "șesimi", "f"),
    8: ("optime", "optimi", "f"),
    10: ("zecime", "zecimi", "f"),
}
"""Parts of a whole by their number: one, many, gender."""
_HALVED_UP_TO = 20
"""From here on a half is said "virgulă cinci": the noun would stand too far from it."""
_BEFORE_A_BARE_TIME = frozenset({"", *MONTHS[1:], "luni", "marți", "miercuri", "joi", "vineri", "sâmbătă", "duminică"}) | {
    numbers.cardinal(value).rpartition(" ")[2] for value in range(100)
}
"""Words after which a time alone ("20 noiembrie 2026 10:00") needs "ora", or it is heard as a number."""
_FEMININE_NUMERALS = {"unu": "una", "doi": "două", "doisprezece": "douăsprezece"}


class Romanian:
    """The Verbaliser of Romanian. A numeral agrees with its noun where the noun is known (ro_nouns), and takes "de" from 20 on,
    also when the text leaves it out."""

    language = "ro"
    abbreviations: dict[str, str] = ABBREVIATIONS

    def number(self, value: Decimal) -> str:
        """Masculine, as one counts: 2 → "doi", 3.7 → "trei virgulă șapte"."""
        return numbers.decimal(value)

    def count(self, value: Decimal, noun: str, preceding: str = "") -> str:
        """ "2 comenzi" → "două comenzi", "21 zile" → "douăzeci și una de zile", "1 mai" → "întâi mai"."""
        if plain(noun) in MONTHS[1:] and value in range(1, 32):
            return f"{_day(int(value))} {noun}"
        unit = UNITS.get(noun.removesuffix("."))
        in_range = preceding in (RANGE_FROM, RANGE_TO)  # the noun stands behind both numbers: "1-2 zile"
        gender = unit.gender if unit else gender_of(noun, plural=in_range or abs(value) != 1)
        if gender and preceding == RANGE_FROM and value == int(value):
            return f"{numbers.cardinal(int(value), gender)} {noun}"
        return _quantity(value, Noun(noun, noun, gender), halved=False) if gender else f"{self.number(value)} {noun}"

    def fraction(self, top: int, bottom: int, noun: str, preceding: str) -> str:
        """1, 2 → "jumătate (de)", 3, 4 → "trei sferturi (de)", 2, 3 → "două treimi (de)"; "de" unless the text has "din"."""
        link = "" if noun in ("din", "de") else " de"
        if (top, bottom) == (1, 2):
            return f"jumătate{link}"
        one, many, gender = _PARTS[bottom]
        article = "un" if gender == "n" else "o"
        return f"{article} {one}{link}" if top == 1 else f"{numbers.cardinal(top, gender)} {many}{link}"

    def ordinal(self, value: int, following: str) -> str:
        """ "al 3-lea" → "al treilea", "a 2-a" → "a doua" (``following`` is "lea" or "a"); before a noun in its gender."""
        if following in ("lea", "-lea"):
            return numbers.ordinal(value, "m", article=False)
        if following in ("a", "-a"):
            return numbers.ordinal(value, "f", article=False)
        feminine = (gender_of(following, plural=False) or gender_of(following, plural=True)) == "f" or following.endswith(("ă", "ția"))
        return numbers.ordinal(value, "f" if feminine else "m")

    def year(self, value: int) -> str:
        """2026 → "două mii douăzeci și șase"."""
        return numbers.cardinal(value)

    def date(self, day: date, *, with_year: bool, preceding: str) -> str:
        """ "doisprezece martie două mii douăzeci și șase"; the first of a month is "întâi"."""
        said = self.day_and_month(day.day, day.month, preceding)
        return f"{said} {self.year(day.year)}" if with_year else said

    def day_and_month(self, day: int, month: int, preceding: str) -> str:
        """ "întâi mai"."""
        return f"{_day(day)} {MONTHS[month]}"

    def time(self, hour: int, minute: int, preceding: str) -> str:
        """Feminine, but for one: "ora unu", "două și un minut", "douăsprezece și treizeci", "douăzeci și unu"."""
        said = _clock(hour)
        if minute == 1:
            said += " și un minut"
        elif minute:
            said += f" și {numbers.cardinal(minute, 'n')}" + (" minute" if minute < 10 else "")
        return f"ora {said}" if preceding.lower().rstrip(",.;:") in _BEFORE_A_BARE_TIME else said

    def money(self, amount: Decimal, currency: str, preceding: str) -> str:
        """ "o mie două sute treizeci și patru de lei și cincizeci de bani"; more than two decimals are read as such."""
        known = CURRENCIES.get(currency.upper())
        if known is None:
            return f"{self.number(amount)} {spelling.spelled(currency)}"
        unit, hundredth = known
        if amount * 100 != int(amount * 100):
            return _quantity(amount, unit, halved=False)
        whole, rest = divmod(int(abs(amount) * 100), 100)
        parts = [numbers.counted(whole, *_form(whole, unit))] if whole or not rest else []
        if rest:
            parts.append(numbers.counted(rest, *_form(rest, hundredth)))
        return ("minus " if amount < 0 else "") + " și ".join(parts)

    def measure(self, value: Decimal, unit: str, preceding: str) -> str:
        """ "2,5 kg" → "două kilograme și jumătate", "19%" → "nouăsprezece la sută"."""
        if unit in ("%", "‰"):
            return f"{self.number(value)} {SIGNS[unit]}"
        noun = UNITS.get(unit)
        return _quantity(value, noun, halved=unit in HALVED) if noun else self.count(value, unit, preceding)

    def span(self, first: str, last: str, kind: str) -> str:
        """Times "de la nouă la șaptesprezece", dates "de la … până la …", numbers "trei până la cinci zile"; a month that is the
        same is said once, the first number takes the gender of the noun after the last."""
        if kind == "time":
            return f"de la {first} la {last}"
        if kind == "date":
            day, _, month = first.rpartition(" ")
            return f"de la {day if month in last.split() else first} până la {last}"
        return f"{_agreeing(first, last)} până la {last}"

    def digits(self, groups: list[str]) -> str:
        """One by one: "zero șapte doi doi, unu doi trei, patru cinci șase"; "+" is said."""
        return spelling.digit_groups(groups)

    def spell(self, text: str) -> str:
        """ "BR-1001" → "be er, unu zero zero unu"."""
        return spelling.spelled(text)

    def email(self, address: str) -> str:
        """ "ion punct popescu arond bryza punct ro"."""
        return spelling.email_address(address)

    def url(self, address: str) -> str:
        """ "bryza punct ro slash plata"."""
        return spelling.web_address(address)

    def symbol(self, character: str) -> str:
        """The name of a lone sign; "" for one that is not read."""
        return SIGNS.get(character, "")


def _day(day: int) -> str:
    return "întâi" if day == 1 else numbers.cardinal(day)


def _clock(hour: int) -> str:
    return numbers.cardinal(hour, "n")  # "ora unu", "ora două", "ora douăzeci și unu": feminine, except for one


def _form(value: int, noun: Noun) -> tuple[str, Gender]:
    return (noun.one if value == 1 else noun.many), noun.gender


def _quantity(value: Decimal, noun: Noun, *, halved: bool) -> str:
    """A value and its noun in the right number; halves up to _HALVED_UP_TO as people say them."""
    whole, part = divmod(abs(value), 1)
    sign = "minus " if value < 0 else ""
    if not part:
        return sign + numbers.counted(int(whole), *_form(int(whole), noun))
    if part == _HALF and halved and whole < _HALVED_UP_TO:
        if not whole:
            return f"{sign}jumătate de {noun.one}"
        return f"{sign}{numbers.counted(int(whole), *_form(int(whole), noun))} și jumătate"
    digits = numbers.fraction(value)
    return f"{numbers.decimal(value)} {'de ' if len(digits) <= 3 and numbers.takes_de(int(digits)) else ''}{noun.many}"


def _agreeing(first: str, last: str) -> str:
    gender = gender_of(last.rpartition(" ")[2], plural=True)
    head, space, word = first.rpartition(" ")
    if gender in (None, "m") or (gender == "n" and word == "unu"):
        return first
    return head + space + _FEMININE_NUMERALS.get(word, word)
