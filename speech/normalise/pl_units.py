"""Polish names of units and currencies with their declension, counted."""

from __future__ import annotations

from decimal import Decimal

from speech.normalise.pl_numbers import CASES, Case, Gender, few, inflect, quantity


class Noun:
    """A counted noun: six singular and six plural forms in the order of CASES."""

    def __init__(self, gender: Gender, singular: str, plural: str, *, after: str = "", adjective: str = "") -> None:
        """``after``: words that follow every form ("na godzinę"); ``adjective``: one that agrees, given as "kwadratowy"."""
        self.gender: Gender = gender
        self._singular, self._plural = singular.split(), plural.split()
        self._after, self._adjective = after, adjective

    def form(self, value: Decimal, case: Case) -> str:
        """The form of the noun after this number, in the case that the whole phrase stands in."""
        one = abs(value) == 1
        if value != value.to_integral_value():
            one, case = True, "gen"
        elif not one and case in ("nom", "acc") and not few(int(value)):
            case = "gen"
        words = [(self._singular if one else self._plural)[CASES.index(case)]]
        if self._adjective:
            words.append(inflect(self._adjective, case, self.gender if one else "pl"))
        return " ".join([*words, self._after]).strip()

    def counted(self, value: Decimal, case: Case = "nom") -> str:
        """The number with the noun: "dwa i pół kilograma", "dwudziestu czterech godzin"."""
        return f"{self.numeral(value, case)} {self.form(value, case)}"

    def numeral(self, value: Decimal, case: Case = "nom") -> str:
        """The number alone; one and a half has a word of its own."""
        if abs(value) == Decimal("1.5"):
            return ("minus " if value < 0 else "") + ("półtorej" if self.gender == "f" else "półtora")
        return quantity(value, case, self.gender)


def _masculine(nominative: str, locative: str, *, after: str = "") -> Noun:
    stem, ablative = nominative, nominative + ("iem" if nominative.endswith(("k", "g")) else "em")
    plural = stem + ("i" if nominative.endswith(("k", "g")) else "y")
    return Noun(
        "m",
        f"{stem} {stem}a {stem}owi {stem} {ablative} {locative}",
        f"{plural} {stem}ów {stem}om {plural} {stem}ami {stem}ach",
        after=after,
    )


def _feminine(nominative: str, locative: str, genitive_plural: str, *, adjective: str = "") -> Noun:
    stem = nominative[:-1]
    plural = stem + ("i" if stem.endswith(("k", "g")) else "y")
    return Noun(
        "f",
        f"{nominative} {plural} {locative} {stem}ę {stem}ą {locative}",
        f"{plural} {genitive_plural} {stem}om {plural} {stem}ami {stem}ach",
        adjective=adjective,
    )


def _fixed(word: str, gender: Gender = "m") -> Noun:
    return Noun(gender, " ".join([word] * 6), " ".join([word] * 6))


_HOUR, _MINUTE, _SECOND = (
    _feminine("godzina", "godzinie", "godzin"),
    _feminine("minuta", "minucie", "minut"),
    _feminine("sekunda", "sekundzie", "sekund"),
)
_WEEK = Noun("m", "tydzień tygodnia tygodniowi tydzień tygodniem tygodniu", "tygodnie tygodni tygodniom tygodnie tygodniami tygodniach")
_MONTH = Noun("m", "miesiąc miesiąca miesiącowi miesiąc miesiącem miesiącu", "miesiące miesięcy miesiącom miesiące miesiącami miesiącach")
_THOUSAND = Noun("m", "tysiąc tysiąca tysiącowi tysiąc tysiącem tysiącu", "tysiące tysięcy tysiącom tysiące tysiącami tysiącach")
_PIECE = _feminine("sztuka", "sztuce", "sztuk")
_DEGREES = ("stopień stopnia stopniowi stopień stopniem stopniu", "stopnie stopni stopniom stopnie stopniami stopniach")
_METRE = ("metr metra metrowi metr metrem metrze", "metry metrów metrom metry metrami metrach")

UNITS: dict[str, Noun] = {
    "%": Noun("m", "procent procenta procentowi procent procentem procencie", "procent procent procentom procent procentami procentach"),
    "‰": Noun("m", "promil promila promilowi promil promilem promilu", "promile promili promilom promile promilami promilach"),
    "km": _masculine("kilometr", "kilometrze"),
    "m": _masculine("metr", "metrze"),
    "cm": _masculine("centymetr", "centymetrze"),
    "mm": _masculine("milimetr", "milimetrze"),
    "t": _feminine("tona", "tonie", "ton"),
    "kg": _masculine("kilogram", "kilogramie"),
    "dag": _masculine("dekagram", "dekagramie"),
    "g": _masculine("gram", "gramie"),
    "mg": _masculine("miligram", "miligramie"),
    "l": _masculine("litr", "litrze"),
    "ml": _masculine("mililitr", "mililitrze"),
    "°": Noun("m", *_DEGREES),
    "°C": Noun("m", *_DEGREES, after="Celsjusza"),
    "h": _HOUR,
    "min": _MINUTE,
    "s": _SECOND,
    "ms": _feminine("milisekunda", "milisekundzie", "milisekund"),
    "GB": _masculine("gigabajt", "gigabajcie"),
    "MB": _masculine("megabajt", "megabajcie"),
    "kB": _masculine("kilobajt", "kilobajcie"),
    "TB": _masculine("terabajt", "terabajcie"),
    "kWh": _feminine("kilowatogodzina", "kilowatogodzinie", "kilowatogodzin"),
    "kW": _masculine("kilowat", "kilowacie"),
    "W": _masculine("wat", "wacie"),
    "V": _masculine("wolt", "wolcie"),
    "A": _masculine("amper", "amperze"),
    "mAh": _feminine("miliamperogodzina", "miliamperogodzinie", "miliamperogodzin"),
    "Hz": _masculine("herc", "hercu"),
    "GHz": _masculine("gigaherc", "gigahercu"),
    "MHz": _masculine("megaherc", "megahercu"),
    "Mb/s": _masculine("megabit", "megabicie", after="na sekundę"),
    "Mbit/s": _masculine("megabit", "megabicie", after="na sekundę"),
    "km/h": _masculine("kilometr", "kilometrze", after="na godzinę"),
    "szt": _PIECE,
    "m²": Noun("m", *_METRE, adjective="kwadratowy"),
    "m³": Noun("m", *_METRE, adjective="sześcienny"),
    '"': Noun("m", "cal cala calowi cal calem calu", "cale cali calom cale calami calach"),
    "godz": _HOUR,
    "sek": _SECOND,
    "mies": _MONTH,
    "tyg": _WEEK,
    "os": _feminine("osoba", "osobie", "osób"),
    "kpl": _masculine("komplet", "komplecie"),
    "egz": Noun(
        "m",
        "egzemplarz egzemplarza egzemplarzowi egzemplarz egzemplarzem egzemplarzu",
        "egzemplarze egzemplarzy egzemplarzom egzemplarze egzemplarzami egzemplarzach",
    ),
    "op": Noun(
        "n",
        "opakowanie opakowania opakowaniu opakowanie opakowaniem opakowaniu",
        "opakowania opakowań opakowaniom opakowania opakowaniami opakowaniach",
    ),
    "tys": _THOUSAND,
    "mln": Noun("m", "milion miliona milionowi milion milionem milionie", "miliony milionów milionom miliony milionami milionach"),
    "mld": _masculine("miliard", "miliardzie"),
    "pkt": _masculine("punkt", "punkcie"),
}
"""Written unit or abbreviation of a counted noun, without its dot → the noun."""

TIMES = frozenset({"h", "min", "s", "ms", "godz", "sek", "mies", "tyg"})
"""Units of time: "po 30 min" is "po trzydziestu minutach", while "po 2 kg" is "po dwa kilogramy"."""


def unit(written: str) -> Noun | None:
    """The noun of a unit, written with or without a dot; None for one that is not known."""
    return UNITS.get(written.removesuffix("."))


_CENT = _masculine("cent", "cencie")
_BAN = Noun("m", "ban bana banowi ban banem banie", "bany banów banom bany banami banach")
_LEJ = "lej leja lejowi lej lejem leju", "leje lei lejom leje lejami lejach"
_CURRENCIES: dict[str, tuple[Noun, Noun]] = {
    "PLN": (
        Noun("m", "złoty złotego złotemu złoty złotym złotym", "złote złotych złotym złote złotymi złotych"),
        Noun("m", "grosz grosza groszowi grosz groszem groszu", "grosze groszy groszom grosze groszami groszach"),
    ),
    "EUR": (_fixed("euro", "n"), _CENT),
    "USD": (_masculine("dolar", "dolarze"), _CENT),
    "GBP": (_masculine("funt", "funcie"), Noun("m", "pens pensa pensowi pens pensem pensie", "pensy pensów pensom pensy pensami pensach")),
    "RON": (Noun("m", *_LEJ), _BAN),
    "MDL": (Noun("m", *_LEJ, adjective="mołdawski"), _BAN),
    "CZK": (
        _feminine("korona", "koronie", "koron", adjective="czeski"),
        Noun("m", "halerz halerza halerzowi halerz halerzem halerzu", "halerze halerzy halerzom halerze halerzami halerzach"),
    ),
    "CHF": (_masculine("frank", "franku"), Noun("m", "rap rapa rapowi rap rapem rapie", "rapy rapów rapom rapy rapami rapach")),
}


def money(amount: Decimal, currency: str, case: Case) -> str | None:
    """An amount with its fraction in the smaller unit; fractions of that stay decimals. None: a currency without a Polish name here."""
    if currency not in _CURRENCIES:
        return None
    unit, hundredth = _CURRENCIES[currency]
    cents = abs(amount) * 100
    if cents != cents.to_integral_value():
        return unit.counted(amount, case)
    whole, rest = divmod(int(cents), 100)
    parts = [unit.counted(Decimal(whole), case)] if whole or not rest else []
    if rest:
        parts.append(hundredth.counted(Decimal(rest), case))
    return ("minus " if amount < 0 else "") + " i ".join(parts)
