"""Promises in what an agent writes: "I'll call you tomorrow at ten" is something to be done at a time.

Only a plain word of ours counts: no question, no condition, nothing that is denied, nothing that somebody else will do. A promise needs
a moment; only a call back is owed without one ("I'll call you back").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from dialogs.moments import callback_moment
from nlu.parsers.base import Context
from nlu.parsers.fold import Folded, fold, fold_text
from nlu.parsers.registry import parse

Kind = Literal["callback", "text", "promise"]
SOON = timedelta(minutes=15)
"""When something that was promised for "in a moment" is due."""
LONGEST = 4000
"""Characters of a text that are read."""
_DAY_ENDS, _WAKING = "17:00", ("07:00", "20:59")


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised, in the agent's words, and the moment that it is due (aware)."""

    text: str
    due: datetime
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Words:
    """How a language promises, in folded words. ``call``, ``write`` and ``do`` match the verb with its subject; the group ``verb`` (or
    ``verb2``) is what a "not" may stand before. ``others``: a call of these is no call to the person. ``unsure`` words make it no promise;
    ``turns`` are words with which another clause begins."""

    call: re.Pattern[str]
    write: re.Pattern[str]
    do: re.Pattern[str]
    others: re.Pattern[str]
    denied: re.Pattern[str]
    unsure: re.Pattern[str]
    soon: re.Pattern[str]
    day_ends: re.Pattern[str]
    turns: re.Pattern[str]


def found(text: str, language: str, now: datetime, time_zone: str) -> Promise | None:
    """The first promise in this text; None when there is none. ``now`` is aware, ``time_zone`` (IANA) is the listener's."""
    words = _LANGUAGES.get(language)
    if words is None:
        return None
    local = now.astimezone(ZoneInfo(time_zone))
    for sentence in _SENTENCE.split(text[:LONGEST]):
        if sentence.rstrip().endswith("?"):
            continue
        for part in words.turns.split(sentence):
            promise = _in_part(part, words, language, local)
            if promise is not None:
                return Promise(" ".join(sentence.split()), *promise)
    return None


_WITHIN = {
    "pl": ((re.compile(r"\bw ci[aą]gu godziny\b", re.IGNORECASE), "za godzinę"), (re.compile(r"\bw ci[aą]gu\b", re.IGNORECASE), "za")),
    "ro": ((re.compile(r"\b[iî]n (?:decurs|termen) de\b", re.IGNORECASE), "peste"),),
}
"""Within a time is, at the latest, after that time: the reader of times knows only the second."""
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[^\W\d_])|\n+")


def _in_part(part: str, words: _Words, language: str, now: datetime) -> tuple[datetime, Kind] | None:
    folded = fold(part)
    if words.unsure.search(folded.text):
        return None
    cue, kind = _cue(part, folded, words, language)
    if cue is None:
        return None
    place = folded.span(*cue.span())
    due = _due(part[place[1] :], words, language, now) or _due(part[: place[0]], words, language, now)
    if due is None and kind == "callback" and not _names_time(part, language, now):
        due = callback_moment({}, now)
    return (due, kind) if due is not None else None


def _cue(part: str, folded: Folded, words: _Words, language: str) -> tuple[re.Match[str] | None, Kind]:
    kinds: tuple[tuple[re.Pattern[str], Kind], ...] = ((words.call, "callback"), (words.write, "text"), (words.do, "promise"))
    for pattern, kind in kinds:
        for match in pattern.finditer(folded.text):
            verb = _verb(match)
            before = re.split(r"[,:(]", folded.text[: verb[0]])[-1]
            if words.denied.search(before) or (language == "pl" and _somebody_else(part, folded, verb)):
                continue
            return match, "promise" if kind == "callback" and words.others.match(folded.text, match.end()) else kind
    return None, "promise"


def _verb(match: re.Match[str]) -> tuple[int, int]:
    """Where the verb is that a "not" may stand before; the whole cue where none is marked."""
    return next((match.span(name) for name, value in match.groupdict().items() if value is not None), match.span())


def _somebody_else(part: str, folded: Folded, verb: tuple[int, int]) -> bool:
    """Whether a Polish verb that ends with -e was not meant to end with -ę: "kurier wyśle" by somebody who writes "wyślę" when they do."""
    first, last = folded.span(*verb)
    word = part[first:last].split()[0]
    if not word.lower().endswith("e") or word.lower().endswith("dzwonie"):
        return False
    written = bool(re.search("[ąćęłńóśźż]", part.lower()))
    return written or bool(re.search(rf"\b(?:{_THEY_PL})\w* (?:\w+ )?$", folded.text[: verb[0]]))


def _due(text: str, words: _Words, language: str, now: datetime) -> datetime | None:
    """The moment that is named here, if it lies ahead."""
    for pattern, instead in _WITHIN.get(language, ()):
        text = pattern.sub(instead, text)
    read, folded = parse("when", text, Context(language, now)), fold_text(text)
    if words.day_ends.search(folded):
        day = read.value["date"] if read is not None and read.value["date"] else now.date().isoformat()
        return _ahead({"date": day, "time": _DAY_ENDS, "part": None}, now)
    if words.soon.search(folded) and (read is None or read.value["time"] is None):
        return now + SOON
    if read is None:
        return None
    meant = (read.value, *read.alternatives)
    waking = (when for when in meant if when["time"] is None or _WAKING[0] <= when["time"] <= _WAKING[1])
    return _ahead(next(waking, read.value), now)


def _ahead(when: dict[str, str | None], now: datetime) -> datetime | None:
    past = when["date"] is not None and when["date"] < now.date().isoformat()
    return None if past else callback_moment(when, now)


def _names_time(text: str, language: str, now: datetime) -> bool:
    return parse("when", text, Context(language, now)) is not None


def _words(
    *, call: str, write: str, do: str, others: str, denied: str, unsure: str, soon: str, day_ends: str, turns: str
) -> _Words:  # fmt: skip
    def whole(pattern: str) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{pattern})\b")

    return _Words(
        whole(call), whole(write), whole(do), re.compile(rf"\s*(?:{others})\b"), re.compile(rf"\b(?:{denied})\s*$"), whole(unsure),
        whole(soon), whole(day_ends), re.compile(rf"(?:,|\s-)\s*(?:{turns})\s", re.IGNORECASE),
    )  # fmt: skip


_THEY_PL = "pan|pani|klient|kurier|sklep|magazyn|maz|zona|syn|corka|corki|on|ona|bank|firma|sasiad"
_US_PL = r"(?:ktos|kolega|kolezanka|konsultant\w*|doradca|specjalist\w*|nasz\w* \w+|moj\w* \w+)(?: \w+){0,3}?"
_WE_EN = (
    r"(?:(?:i|we) (?:will|shall|promise to|am going to|are going to|am|are)|(?:i|we)'(?:ll|m going to|re going to|m|re)|ill|i|we"
    r"|(?:someone|somebody|a colleague|my colleague|our \w+|the team|one of us)(?: from \w+(?: \w+)?)? (?:will|is going to)|^will|^to)"
    r"(?: (?:also|then|definitely|certainly|gladly|personally|just|be|try to|make sure to))*"
)
_YOU_RO = r"(?:(?:va|te|il|o|ii|le|mai|si|ne|eu|noi) )*"
_SHALL_RO = rf"{_YOU_RO}(?:(?:o sa|am sa|avem sa|promit sa|promitem sa|urmeaza sa) {_YOU_RO})?"
_WILL_RO = rf"{_YOU_RO}(?:voi|vom) {_YOU_RO}"
_COLLEAGUE_RO = r"(?:un coleg|o colega|colegul meu|colega mea|cineva|un consultant|un operator)(?: de-al meu| din echipa| de la noi)?"
_LANGUAGES = {
    "en": _words(
        call=rf"{_WE_EN} (?P<verb>call(?:ing)?|phone|ring|give (?:you|them|him|her) a (?:call|ring|bell))"
        r"|call-?back (?:was |is )?(?:agreed|arranged|booked|scheduled|promised)",
        write=rf"{_WE_EN} (?P<verb>text|message|write|sms|e-?mail|drop you a (?:line|text)"
        r"|send (?:you )?(?:an? |the )?(?:\w+ )?(?:sms|text|message|e-?mail))",
        do=rf"{_WE_EN} (?P<verb>send|ship|deliver|bring|come|check|find out|look into|look at|arrange|fix|repair|replace|exchange|refund"
        r"|return|transfer|pay|issue|prepare|confirm|collect|pick up|let (?:you|them|him|her) know|get back|contact|reply|answer"
        r"|in touch|get in touch|follow up|do|sort|update|order|reserve|book|credit|cancel|forward|have (?:it|an answer|the \w+))",
        others=r"(?:the |our |their )(?!customer|lady|gentleman)\w+",
        denied=r"(?:not|never|cannot|can't|won't|don't|didn't|couldn't|wouldn't)(?: \w+){0,2}",
        unsure=r"if|in case|unless|maybe|perhaps|might|may|could|would|should|in theory|every",
        soon=r"right back|right away|straight away|straight back|immediately|in a (?:moment|minute|second|bit|few minutes)|shortly|at once",
        day_ends=r"end of (?:the |this |my )?(?:day|shift)|close of business|cob|eod",
        turns=r"but|so|and then|and",
    ),
    "pl": _words(
        call=r"(?P<verb>(?:od|za|prze)dzwoni(?:e|my)|zatelefonuj(?:e|emy)|bede dzwonil[a]?|bede dzwonic|bedziemy dzwonic|dzwonie|dzwonimy)"
        rf"|{_US_PL} (?:(?:od|za)dzwoni|zatelefonuje)",
        write=r"(?P<verb>(?:na|od)pisz(?:e|emy))|(?P<verb2>(?:wy|prze|przy)sl(?:e|emy))(?: \w+){0,2}"
        r" (?:sms\w*|esemes\w*|mail\w*|e-mail\w*|wiadomosc\w*)",
        do=r"(?P<verb>(?:wy|prze|przy|do|ode)sl(?:e|emy)|sprawdz(?:e|imy)|zalatwi(?:e|my)|odezw(?:e|iemy)|dam(?:y)? znac|zwroc(?:e|imy)"
        r"|wymieni(?:e|my)|przyjade|przyjedziemy|dostarcz(?:e|ymy)|przelej(?:e|emy)|przygotuj(?:e|emy)|napraw(?:ie|imy)"
        r"|skontaktuj(?:e|emy)|potwierdz(?:e|imy)|odpowiem(?:y)?|wystawi(?:e|my)|odbierzemy|odbiore|ustal(?:e|imy)|wroc(?:e|imy)"
        r"|przekaz(?:e|emy)|zrobi(?:e|my)|zajm(?:e|iemy)|nada(?:m|my)|uzupelni(?:e|my)|zamowi(?:e|my)|zarezerwuj(?:e|emy)|poinformuj(?:e|emy)"
        r"|oddam(?:y)?|przywioze|przywieziemy|anuluj(?:e|emy)|wyjasni(?:e|my)|rozlicz(?:e|ymy)|dowiem(?:y)? sie)",
        others=r"do (?!pan|ciebie|was|wam|niej|niego|klient|domu)\w+",
        denied=r"nie(?: (?:bede|bedziemy|moge|mozemy|zdaze|zdazymy|dam rady))?",
        unsure=r"jesli|jezeli|gdyby|gdybysmy|o ile|moze|chyba|ewentualnie|byc moze|kazd\w+|zawsze",
        soon=r"zaraz|za chwile|za moment|niedlugo|wkrotce|od razu|natychmiast|niezwlocznie|(?:za|w ciagu) (?:pare|kilka|kilku|paru) minut",
        day_ends=r"do konca (?:dnia|dzisiejszego dnia|zmiany)|pod koniec dnia|do wieczora",
        turns=r"ale|lecz|więc|wiec|a potem|natomiast|dlatego",
    ),
    "ro": _words(
        call=rf"{_SHALL_RO}(?P<verb>(?:re)?sun(?:am)?|telefonez|telefonam|da[um] (?:un )?telefon)"
        rf"|{_WILL_RO}(?P<verb2>(?:re)?suna|telefona|da (?:un )?telefon)"
        rf"|{_COLLEAGUE_RO} (?:(?:va|o sa|te) )*(?:re)?sun[ae]|(?:va|te) (?:va )?(?:re)?suna (?:inapoi )?{_COLLEAGUE_RO}",
        write=rf"{_SHALL_RO}(?P<verb>scriu|scriem|trimit(?:em)? (?:\w+ ){{0,2}}(?:sms|mesaj|e-?mail|mail)\w*)"
        rf"|{_WILL_RO}(?P<verb2>scrie|trimite (?:\w+ ){{0,2}}(?:sms|mesaj|e-?mail|mail)\w*)",
        do=rf"{_SHALL_RO}(?P<verb>trimit(?:em)?|expediez|expediem|verific(?:am)?|rezolv(?:am)?|anunt(?:am)?|raspund(?:em)?|livrez|livram"
        r"|rambursez|rambursam|returnez|returnam|inlocuiesc|inlocuim|pregatesc|pregatim|confirm(?:am)?|venim|vin|aduc(?:em)?|aranjez"
        r"|aranjam|contactez|contactam|revin|revenim|repar(?:am)?|restitui(?:m|esc)?|schimb(?:am)?|emit(?:em)?|transfer(?:am)?|preiau"
        r"|preluam|comunic(?:am)?|informez|informam|ocup(?:am)?|fac(?:em)?|aflu|aflam|virez|viram|anulez|anulam|rezerv(?:am)?)"
        rf"|{_WILL_RO}(?P<verb2>trimite|expedia|verifica|rezolva|anunta|raspunde|livra|rambursa|returna|inlocui|pregati|confirma|veni|aduce"
        r"|aranja|contacta|reveni|repara|restitui|schimba|emite|transfera|prelua|comunica|informa|ocupa|face|afla|vira|anula|rezerva)",
        others=r"(?:la |pe )?(?:curier|depozit|banca|magazin|furnizor|firma|service)\w*",
        denied=r"(?:nu|n-o|nici)(?: \w+){0,3}"
        r"|(?<!\bo )(?<!\bam )(?<!avem )(?<!promit )(?<!promitem )(?<!urmeaza )sa(?: (?:va|te|il|o|ii|le|mai|ne))*",
        unsure=r"daca|poate|eventual|in caz ca|as|am putea|ar|fiecare|mereu",
        soon=r"imediat|indata|numaidecat|intr-o clipa|in cateva (?:minute|clipe)|peste cateva minute|in scurt timp",
        day_ends=r"(?:sfarsitul|finalul|incheierea) zilei|pana diseara",
        turns=r"dar|însă|insa|ci|așa că|asa ca|deci|iar",
    ),
}
