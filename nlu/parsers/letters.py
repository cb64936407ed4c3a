"""Letters as people say them: their names in each language and the radio alphabet."""

from __future__ import annotations

from collections.abc import Mapping

_PL = (
    "be:b ce:c de:d ef:f gie:g ha:h jot:j ka:k el:l em:m en:n pe:p ku:q er:r es:s te:t fau:v fal:v ve:v wu:w iks:x igrek:y ipsylon:y zet:z"
)
_EN = (
    "bee:b cee:c sea:c see:c dee:d ee:e eff:f gee:g aitch:h haitch:h jay:j kay:k ell:l em:m en:n pee:p cue:q "
    "queue:q kew:q ar:r ess:s tee:t tea:t vee:v ex:x eks:x wye:y zed:z zee:z you:u are:r why:y"
)
_RADIO = (
    "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november "
    "oscar papa quebec romeo sierra tango uniform victor whiskey whisky xray yankee zulu"
)
_RO = (
    "be:b ce:c de:d ef:f fe:f ge:g ghe:g has:h ha:h je:j ka:k el:l le:l em:m me:m en:n ne:n pe:p chiu:q er:r "
    "re:r es:s se:s te:t ve:v ics:x igrec:y zet:z ze:z"
)


def _pairs(table: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in table.split())


RADIO: Mapping[str, str] = {name: name[0] for name in _RADIO.split()}
"""The radio alphabet: "alpha" is "a"."""

LETTERS: Mapping[str, Mapping[str, str]] = {"pl": _pairs(_PL), "en": _pairs(_EN), "ro": _pairs(_RO)}
"""Letter names per language; most are also words, so only a run of them counts as spelling."""


def letter_of(word: str, language: str) -> str | None:
    """The letter that a word names, or the word itself when it is one letter."""
    if len(word) == 1:
        return word if "a" <= word <= "z" else None
    return LETTERS.get(language, {}).get(word)
