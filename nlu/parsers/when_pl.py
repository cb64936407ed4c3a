"""How Polish speaks of days, hours and durations. Spellings are folded: lower case, no diacritics."""

from __future__ import annotations

from collections.abc import Iterator

from nlu.parsers.when_tokens import Lexicon, build

_CARDINALS = {
    0: "zero",
    1: "jeden, jedna, jedno, jednego, jednej, jednym",
    2: "dwa, dwie, dwoch, dwoma, dwu",
    3: "trzy, trzech, trzema",
    4: "cztery, czterech, czterema",
    5: "piec, pieciu, piecioma",
    6: "szesc, szesciu, szescioma",
    7: "siedem, siedmiu, siedmioma",
    8: "osiem, osmiu, osmioma",
    9: "dziewiec, dziewieciu, dziewiecioma",
    10: "dziesiec, dziesieciu, dziesiecioma",
    11: "jedenascie, jedenastu",
    12: "dwanascie, dwunastu",
    13: "trzynascie, trzynastu",
    14: "czternascie, czternastu",
    15: "pietnascie, pietnastu",
    16: "szesnascie, szesnastu",
    17: "siedemnascie, siedemnastu",
    18: "osiemnascie, osiemnastu",
    19: "dziewietnascie, dziewietnastu",
    20: "dwadziescia, dwudziestu",
    30: "trzydziesci, trzydziestu",
    40: "czterdziesci, czterdziestu",
    50: "piecdziesiat, piecdziesieciu",
    60: "szescdziesiat, szescdziesieciu",
    70: "siedemdziesiat, siedemdziesieciu",
    80: "osiemdziesiat, osiemdziesieciu",
    90: "dziewiecdziesiat, dziewiecdziesieciu",
    100: "sto, stu",
    200: "dwiescie, dwustu",
    300: "trzysta, trzystu",
    400: "czterysta, czterystu",
    500: "piecset, pieciuset",
}

_ORDINAL_STEMS = {
    1: "pierwsz",
    2: "drug",
    3: "trzec",
    4: "czwart",
    5: "piat",
    6: "szost",
    7: "siodm",
    8: "osm",
    9: "dziewiat",
    10: "dziesiat",
    11: "jedenast",
    12: "dwunast",
    13: "trzynast",
    14: "czternast",
    15: "pietnast",
    16: "szesnast",
    17: "siedemnast",
    18: "osiemnast",
    19: "dziewietnast",
    20: "dwudziest",
    30: "trzydziest",
}
_ORDINAL_TYPOS = {3: ("czeciego", "czeciej", "czecia"), 4: ("cztwartego", "cztwartej", "cztwarta")}


def _ordinals() -> Iterator[tuple[str, int, str]]:
    for value, stem in _ORDINAL_STEMS.items():
        # "drugiego" and "trzeciego" soften, "piątego" does not; "druga" stays hard, "trzecia" does not
        soft, vowel = ("i", "i") if value in (2, 3) else ("", "y")
        yield "ORD", value, f"{stem}{soft}ego"
        yield "ORDN", value, f"{stem}{vowel}, {stem}{vowel}m, {stem}{soft}emu"
        yield "HOUR", value, f"{stem}{soft if value == 3 else ''}a, {stem}{soft}ej"
    for value, (day, hour, bare) in _ORDINAL_TYPOS.items():
        yield "ORD", value, day
        yield "HOUR", value, f"{hour}, {bare}"


_MONTHS = (
    "styczen, stycznia, styczniu, styczniem, sty",
    "luty, lutego, lutym, lut",
    "marzec, marca, marcu, marcem, mar",
    "kwiecien, kwietnia, kwietniu, kwietniem, kwi",
    "maj, maja, maju, majem",
    "czerwiec, czerwca, czerwcu, czerwcem, cze, vi",
    "lipiec, lipca, lipcu, lipcem, lip, vii",
    "sierpien, sierpnia, sierpniu, sierpniem, sie, viii",
    "wrzesien, wrzesnia, wrzesniu, wrzesniem, wrz",
    "pazdziernik, pazdziernika, pazdzierniku, pazdziernikiem, paz, pazdz, pazdiernika",
    "listopad, listopada, listopadzie, listopadem, lis, list, xi",
    "grudzien, grudnia, grudniu, grudniem, gru, xii",
)
_WEEKDAYS = (
    "poniedzialek, poniedzialku, poniedzialkiem, poniedzialkowi, poniedzialkowy, ponedzialek, poniedzalek",
    "wtorek, wtorku, wtorkiem, wtorkowi, wtorkowy, wtorke, ftorek",
    "sroda, srode, srody, srodzie, srodowy",
    "czwartek, czwartku, czwartkiem, czwartkowi, czwartkowy, czwartk, cwartek, czfartek",
    "piatek, piatku, piatkiem, piatkowi, piatkowy, piontek, piontku, piatke, pjatek",
    "sobota, sobote, soboty, sobocie, sobota, sobotni, sobtoe, sobte",
    "niedziela, niedziele, niedzieli, niedzielny, niedziela, nedziele, niedzele",
)
_ABBR = ("pon, pn, pon", "wt, wto", "sr", "czw", "pt, pia", "sob, sb", "ndz, niedz, nd")


def _numbered(kind: str, groups: tuple[str, ...], first: int) -> Iterator[tuple[str, int, str]]:
    for value, spellings in enumerate(groups, first):
        yield kind, value, spellings


_ROWS = (
    ("GREET", None, "dzien dobry, dobry wieczor, dobry wieczorek, dobrego dnia, milego dnia, milego wieczoru"),
    ("GREET", None, "dobrego wieczoru, milego popoludnia, milego weekendu, do widzenia, na razie, na pewno"),
    ("X", None, "wielki piatek, wielka sobota, lany poniedzialek, poniedzialek wielkanocny, tlusty czwartek"),
    ("RELDAY", 0, "dzis, dzisiaj, dzisiejszy, dzisaj, dzsiaj, dzisiej, dzisiejszego dnia"),
    ("RELDAY", 1, "jutro, jutra, jutrem, jurto, juto, jutrzejszy, juro, jutrze, jutor, juterko"),
    ("RELDAY", 2, "pojutrze, po jutrze, pojutrz, pojurze, pojutze, po jutro"),
    ("RELDAY", 3, "popojutrze"),
    ("RELDAY", -1, "wczoraj, wczorajszy, wczorj"),
    ("RELDAY", -2, "przedwczoraj, przed wczoraj"),
    ("SOON", 0, "od zaraz, zaraz, natychmiast, od razu, jak najszybciej, od teraz"),
    ("HOLIDAY", (24, 12), "wigilia, wigilie, wigilii"),
    ("HOLIDAY", (25, 12), "boze narodzenie, w boze narodzenie"),
    ("HOLIDAY", (31, 12), "sylwester, sylwestra"),
    ("HOLIDAY", (1, 1), "nowy rok"),
    ("HOLIDAY", (6, 1), "trzech kroli"),
    ("HOLIDAY", (1, 11), "wszystkich swietych"),
    ("PART", "morning", "rano, z rana, nad ranem, rankiem, ranek, o poranku, przed poludniem, przedpoludniem"),
    ("PART", "morning", "do poludnia"),
    ("PART", "morning", "z samego rana, skoro swit, ranem"),
    ("PART", "afternoon", "po poludniu, popoludniu, popoludnie, popoludniem, po poludnie, popoludnia, po poludniem"),
    ("PART", "evening", "wieczorem, wieczor, wieczorami, wieczora, wieczorkiem, pod wieczor, wieczore"),
    ("PART", "night", "w nocy, noca, w srodku nocy, po nocy, po polnocy"),
    ("PART", "noon", "w porze obiadu, w porze obiadowej, w porze lunchu"),
    ("NOON", None, "w poludnie, poludnie, samo poludnie, w samo poludnie, poludnia, poludniem"),
    ("MIDNIGHT", None, "polnoc, polnocy, o polnocy"),
    ("WEEKEND", None, "weekend, weekendu, weekendzie, wekend, weekendem, lykend, likend"),
    ("SECW", "second", "sekunda, sekunde, sekundy, sekund, sekundach, sek, sekundke"),
    ("MINW", "minute", "minuta, minute, minuty, minut, minutach, minutami, min, minutke, minutka, minutek, minutki"),
    ("HOURW", "hour", "godzina, godzine, godziny, godzin, godzinie, godzinach, godz, godzinke, godzinka, godzinki"),
    ("HOURW", "hour", "godzinami, godzinek, gdz, g"),
    ("DAYW", "day", "dzien, dni, dnia, dniach, dniu, dniem, doba, dobe, doby, dob"),
    ("WEEKW", "week", "tydzien, tygodnia, tygodnie, tygodni, tygodniu, tygodniem, tygodniach, tyg, tydzie, tydzin"),
    ("MONTHW", "month", "miesiac, miesiaca, miesiace, miesiecy, miesiacu, miesiacem, miesiacach, mies, mc"),
    ("YEARW", "year", "rok, roku, lata, lat, latach, rokiem, r"),
    ("HALFTO", None, "wpol do, w pol do, pol do, wpoldo, w pul do, wpul do"),
    ("HALF", None, "pol, polowa, polowe, pul"),
    ("ONEHALF", None, "poltorej, poltora, pultorej, pultora, poltorej, poltory"),
    ("QUARTER", None, "kwadrans, kwadransa, kwadranse, kwadransik, kwadransow, cwierc, kwadras"),
    ("WHICH", 1, "przyszly, przyszla, przyszlego, przyszlej, przyszlym, przyszle, nastepny, nastepna, nastepnego"),
    ("WHICH", 1, "nastepnej, nastepnym, nastepne, kolejny, kolejna, kolejnego, kolejnej, kolejnym, przyszlo"),
    ("WHICH", 0, "ten, ta, te, tego, tej, tym, biezacy, biezacego, biezacym, najblizszy, najblizsza, najblizszego"),
    ("WHICH", 0, "najblizszej, najblizszym, nadchodzacy, nadchodzaca, nadchodzacym, nadchodzacego, najblizsze"),
    ("EDGE", "last", "ostatniego dnia, ostatni dzien, ostatnim dniem, ostatniego, ostatnim dniu"),
    ("WHICH", -1, "zeszly, zeszla, zeszlego, zeszlej, zeszlym, ubiegly, ubiegla, ubieglego, ubieglym, ubieglej"),
    ("WHICH", -1, "poprzedni, poprzednia, poprzedniego, poprzednim, miniony, miniona, minionym, ostatni, ostatnia"),
    ("WHICH", -1, "ostatnim, ostatniej"),
    ("EDGE", "first", "pierwszego dnia, pierwszy dzien"),
    ("EDGE", "end", "koniec, konca, koncem, pod koniec, na koniec, na koncu, koncu"),
    ("EDGE", "start", "poczatek, poczatku, na poczatku, na poczatek, poczatkiem"),
    ("EDGE", "middle", "w polowie, polowie, w srodku, srodek"),
    ("IN", None, "za"),
    ("AGO", None, "temu, wstecz"),
    ("NOW", None, "teraz"),
    ("APPROX", None, "kolo, okolo, ok, mniej wiecej o, tak o, tak na, gdzies o, jakos o, najlepiej o"),
    ("APPROX", None, "nie wczesniej niz"),
    ("APPROX", None, "nie pozniej niz, pozniej niz, wczesniej niz"),
    ("AT", None, "o, od godziny"),
    ("BETWEEN", None, "miedzy, pomiedzy"),
    ("FOR", None, "na"),
    ("ON", None, "w, we, wew"),
    ("TO", None, "do"),
    ("FROM", None, "od"),
    ("PAST", None, "po"),
    ("BEFORE", None, "przed"),
    ("DATEW", None, "data, date, daty"),
    ("NEG", None, "nie, zamiast, niz, oprocz, poza"),
    ("FIX", None, "tylko, raczej, wlasciwie, przepraszam, sorry, znaczy, to znaczy, albo nie, jednak, lepiej, wole"),
    ("FIX", None, "wolalbym, wolalabym, ale, zamieniam na, przeloz na, zmien na, a wlasciwie, prosze zmienic na"),
    ("CAN", None, "moge, pasuje, dam rady, chce, chcialbym, chcialabym, bede mogl, bede mogla, moze byc, mam czasu"),
    ("CANT", None, "odpada, odpadaja, nie pasuje, nie moge, nie dam rady, nie wchodzi w gre, niemozliwe, nie da rady"),
    ("CANT", None, "mnie nie ma, nie ma mnie, nie bedzie mnie, nie zdaze, nie wyrobie sie"),
    ("CANT", None, "nie podejdzie, nie odpowiada"),
    ("THING", None, "ile za, stawka za, placicie za, zl za, zlotych za, stawke za"),
    ("OR", None, "albo, lub, czy, ewentualnie, badz"),
    ("AND", None, "i, oraz"),
    ("FILL", None, "nie wiem, czemu by nie"),
    ("FILL", None, "no, to, moze, prosze, mi, dla mnie, tak, dobrze, poprosze, w takim razie, najlepiej, tez, a, sie"),
    ("FILL", None, "umowmy sie, niech bedzie, bedzie, byc, wiec, okej, ok, super, chyba, jakos, gdzies, dopiero, juz"),
    ("FILL", None, "dlaczego nie, czemu nie, mniej wiecej, dokladnie, rowno, punktualnie, pasuje, tam, razem, np"),
    ("THING", None, "zl, zlotych, zlote, pln, euro, eur, osob, osoby, osobach, sztuk, sztuki, procent, kg, km"),
    ("THING", None, "grosz, groszy"),
    ("THING", None, "tysiecy, razy, usd, dolarow, dolary, gb, mb, metrow, pieter, pietro, produktow, paczek, paczki"),
    ("NUMBERMARK", None, "nr, numer, numeru, numerem, numer zamowienia, zamowienie, zamowienia, faktura, faktury"),
    ("NUMBERMARK", None, "pokoj"),
    ("NUMBERMARK", None, "telefon, telefonu, kod, pin, pesel, nip, umowa, umowy, zgloszenie, zgloszenia, ulica, ul"),
    ("THOUSAND", 2000, "dwa tysiace, dwutysiecznego, dwa tys"),
    ("AMPM", "am", "am"),
    ("AMPM", "pm", "pm"),
)

_SUFFIXES = {
    "go": "ORD",
    "ego": "ORD",
    "tego": "ORD",
    "szego": "ORD",
    "ciego": "ORD",
    "stego": "ORD",
    "mego": "ORD",
    "ej": "HOUR",
    "tej": "HOUR",
    "stej": "HOUR",
    "mej": "HOUR",
    "szej": "HOUR",
    "ta": "HOUR",
    "sta": "HOUR",
    "ma": "HOUR",
    "ciej": "HOUR",
    "h": "godzin",
    "g": "godzin",
    "godz": "godzin",
    "min": "minut",
    "m": "minut",
    "s": "sekund",
    "sek": "sekund",
    "dni": "dni",
    "tyg": "tygodni",
    "am": "am",
    "pm": "pm",
}

_BOUND = "APPROX? (FOR/TO/FROM/PAST/BEFORE/BETWEEN)"

_RULES = (
    ("before", "AT? IN (NUM MINW?|QUARTER) HOUR", 0.9),
    ("before", "AT? IN (NUM MINW?|QUARTER) NUM(?!@UNIT/THING)", 0.7),
    ("before", "@LEAD? (NUM MINW?|QUARTER) BEFORE (HOUR|NUM|NOON|MIDNIGHT)", 0.9),
    ("past", "@LEAD? (NUM MINW?|QUARTER) PAST (HOUR|NUM|NOON|MIDNIGHT)", 0.9),
    ("half_to", "@LEAD? HALFTO (HOUR|NUM)", 0.9),
    ("half_to", "AT? IN NUM MINW? HALFTO (HOUR|NUM)", 0.9),
    ("half_to", "@LEAD? NUM MINW? PAST HALFTO (HOUR|NUM)", 0.9),
    ("hour", "(AT/APPROX)+ HOURW? HOUR (AND? NUM MINW?)?(?!@UNIT/THING)", 0.9),
    ("hour", f"{_BOUND} HOURW? HOUR (AND? NUM MINW?)?(?!@UNIT/THING/X/WEEKDAY)", 0.9),
    ("half_past", "(@LEAD)* HOURW? HOUR AND HALF", 0.8),
    ("hour", "HOUR NUM MINW?(?!@UNIT/THING)", 0.8),
    ("hour", "HOUR(?=PART)", 0.9),
    ("hour", "HOUR(?!X/WEEKDAY/MONTH/@UNIT/THING)", 0.6),
    ("written_hour", "(AT/APPROX)+ HOURW? NUM NUM?(?!@UNIT/THING/MONTH/NUM)", 0.85),
    ("written_hour", f"{_BOUND} HOURW? NUM NUM?(?!@UNIT/THING/MONTH/NUM/X)", 0.7),
    ("hour", "(?<!NUM/ONE/HALF/ONEHALF/QUARTER/DECIMAL)HOURW (HOUR|NUM) (AND? NUM)?(?!@UNIT/MONTH/THING)", 0.9),
    ("day_only", "DATEW? (ON/FOR/DAYW/FROM/TO)? ORD(?!MONTH/@UNIT/THING)", 0.7),
    ("two_ordinals", "(ORD/ORDN) (ORD/ORDN) (FOUR YEARW?|THOUSAND (NUM/ORD)? YEARW?)?", 0.8),
)

_COUNTS_AS_ONE = (
    "sekunda sekunde sekundke minuta minute minutke minutka godzina godzine godzinke godzinka dzien doba dobe tydzien miesiac rok"
)

LEXICON: Lexicon = build(
    "pl",
    (
        *_ROWS,
        *_numbered("WEEKDAY", _WEEKDAYS, 0),
        *_numbered("WDABBR", _ABBR, 0),
        *_numbered("MONTH", _MONTHS, 1),
        *(("NUM", value, spellings) for value, spellings in _CARDINALS.items()),
        *_ordinals(),
    ),
    _SUFFIXES,
    _RULES,
    frozenset(_COUNTS_AS_ONE.split()),
)
"""Polish words of time."""
