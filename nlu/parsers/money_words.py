"""Names of money per language, folded: currencies, their hundredths, slang and words between two amounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nlu.parsers.fold import word_list
from nlu.parsers.number_words import Word

_SYMBOLS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "₴": "UAH", "zl": "PLN"}
_CODES = word_list("PLN EUR GBP USD RON CHF CZK HUF UAH SEK NOK DKK BGN MDL JPY CAD AUD TRY")

_PL = {
    "PLN": "zl zloty zlote zlotych zlotego zlotym zlotymi zlotowek zlotowki zlociszy peelen",
    "EUR": "euro eurasow euraski",
    "USD": "dolar dolary dolarow dolara dolca dolcow dolce",
    "GBP": "funt funty funtow funta",
    "RON": "lej leje leja lei",
    "CHF": "frank franki frankow franka",
    "UAH": "hrywna hrywny hrywien",
    "CZK": "korona korony koron",
}
_EN = {
    "GBP": "pound pounds quid sterling",
    "EUR": "euro euros",
    "USD": "dollar dollars buck bucks",
    "PLN": "zloty zlotys zlotych zl",
    "RON": "leu lei",
    "CHF": "franc francs",
    "UAH": "hryvnia hryvnias",
}
_RO = {
    "RON": "leu lei leul leilor roni",
    "EUR": "euro euroi",
    "USD": "dolar dolari",
    "GBP": "lira lire",
    "PLN": "zlot zloti zl",
    "CHF": "franc franci",
}
_PL_MINOR = {"PLN": "grosz grosze groszy gr", "EUR": "cent centy centow eurocentow", "GBP": "pens pensy pensow"}
_EN_MINOR = {"GBP": "penny pence p", "EUR": "cent cents", "PLN": "grosz groszy", "RON": "ban bani"}
_RO_MINOR = {"RON": "ban bani", "EUR": "cent centi eurocenti", "GBP": "penny"}

_PL_SLANG = {
    "stowa": 100,
    "dycha": 10,
    "dyszka": 10,
    "dwudziestka": 20,
    "piecdziesiatka": 50,
    "setka": 100,
    "tysiak": 1000,
    "patyk": 1000,
    "kafel": 1000,
    "banka": 10**6,
}
_PL_SLANG_MORE = {
    100: "stowy stow stowki stowek stowke stowe setki setek setke",
    10: "dychy dych dyche dyszke dyszki dyszek",
    20: "dwudziestke",
    50: "piecdziesiatke",
    1000: "tysiaki tysiakow tysiaka patyki patykow kola kolo kol kafli kafle",
    10**6: "banki baniek banke",
}
_EN_SLANG_MORE = {1000: "grand k"}


@dataclass(frozen=True, slots=True)
class MoneyWords:
    """The money vocabulary of one language."""

    units: Mapping[str, str]
    minors: Mapping[str, str]
    slang: Mapping[str, Word]
    coins: Mapping[str, tuple[int, str]]
    """Words that are a whole amount by themselves: "a fiver"."""
    between: frozenset[str]
    """Words between two amounts of a range or a choice: "od 20 do 25 zł", "20 or 25"."""
    joiner: str
    linker: str = ""


def _by_word(table: Mapping[str, str]) -> dict[str, str]:
    return {word: code for code, words in table.items() for word in words.split()}


_COMMON = _SYMBOLS | {code.lower(): code for code in _CODES if code != "TRY"}


def _slang(single: Mapping[str, int], more: Mapping[int, str]) -> dict[str, Word]:
    found = {word: Word("scale", value) for word, value in single.items()}
    return found | {w: Word("scale", value, alone=w.endswith("e")) for value, words in more.items() for w in words.split()}


MONEY_WORDS: Mapping[str, MoneyWords] = {
    "pl": MoneyWords(
        _COMMON | _by_word(_PL),
        _by_word(_PL_MINOR),
        _slang(_PL_SLANG, _PL_SLANG_MORE),
        {"zlotowka": (1, "PLN"), "zlotowke": (1, "PLN")},
        frozenset({"do", "lub", "albo", "czy", "-", "a"}),
        joiner="i",
    ),
    "en": MoneyWords(
        _COMMON | _by_word(_EN),
        _by_word(_EN_MINOR),
        _slang({}, _EN_SLANG_MORE),
        {"fiver": (5, "GBP"), "fivers": (5, "GBP"), "tenner": (10, "GBP"), "tenners": (10, "GBP")},
        frozenset({"to", "or", "and", "-"}),
        joiner="and",
    ),
    "ro": MoneyWords(
        _COMMON | _by_word(_RO),
        _by_word(_RO_MINOR),
        {},
        {},
        frozenset({"sau", "ori", "la", "pana", "si", "-"}),
        joiner="si",
        linker="de",
    ),
}
NO_MONEY_WORDS = MoneyWords(_COMMON, {}, {}, {}, frozenset({"-"}), joiner="")
