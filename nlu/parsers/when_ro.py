"""How Romanian speaks of days, hours and durations. Spellings are folded: lower case, no diacritics."""

from __future__ import annotations

from collections.abc import Iterator

from nlu.parsers.when_tokens import Lexicon, build

_CARDINALS = {
    0: "zero",
    1: "unu, una",
    2: "doi, doua",
    3: "trei",
    4: "patru",
    5: "cinci",
    6: "sase",
    7: "sapte, sapti",
    8: "opt",
    9: "noua",
    10: "zece",
    11: "unsprezece, unspe, unsprece",
    12: "doisprezece, douasprezece, doispe, douaspe, doisprece, douasprece",
    13: "treisprezece, treispe, treisprece",
    14: "paisprezece, paispe, patrusprezece, paisprece",
    15: "cincisprezece, cinspe, cinsprezece, cincispe, cinsprece",
    16: "saisprezece, saispe, sasesprezece, saisprece",
    17: "saptesprezece, saptespe, saptispe, saptesprece, saptisprezece",
    18: "optsprezece, optspe, optaspe, optusprezece, optisprezece, optsprece",
    19: "nouasprezece, nouaspe, nouasprece",
    20: "douazeci, douaj, douaj', doozeci",
    30: "treizeci, treij, treij', trezeci",
    40: "patruzeci, patruj",
    50: "cincizeci, cinzeci, cincij",
    60: "saizeci, saij, sasezeci",
    70: "saptezeci",
    80: "optzeci",
    90: "nouazeci",
}
_TEENS = {21: "un", 22: "doi", 23: "trei", 24: "patru", 25: "cinci", 26: "sase", 27: "sapte", 28: "opt", 29: "noua"}


def _slang() -> Iterator[tuple[str, int, str]]:
    """Spellings such as "douășcinci", "douăj'doi": quick speech swallows the middle of twenty-something."""
    for value, unit in _TEENS.items():
        yield "NUM", value, f"douas{unit}, douaj'{unit}, douaj{unit}, douazecisi{unit}"
    yield "NUM", 21, "douasunu, douajunu, douazecisiunu"


_MONTHS = (
    "ianuarie, ian, ianuare, inauarie",
    "februarie, feb, februare, febuarie",
    "martie, mart",
    "aprilie, apr, april",
    "mai",
    "iunie, iun",
    "iulie, iul",
    "august, aug",
    "septembrie, sept, sep, septembre",
    "octombrie, oct, octombre",
    "noiembrie, nov, noiembre, noembrie",
    "decembrie, dec, decembre, decmbrie",
)
_WEEKDAYS = (
    "lunea, lunia",
    "marti, martea, martia",
    "miercuri, miercurea, miercuria, mercuri, miecuri",
    "joi, joia",
    "vineri, vinerea, vineria, vinery, viner",
    "sambata, simbata, sambeta, sambta, sanbata",
    "duminica, duminca, dumineca",
)


def _numbered(kind: str, groups: tuple[str, ...], first: int) -> Iterator[tuple[str, int, str]]:
    for value, spellings in enumerate(groups, first):
        yield kind, value, spellings


_ROWS = (
    ("GREET", None, "buna dimineata, buna seara, buna ziua, noapte buna, o zi buna, o seara buna, o seara frumoasa"),
    ("GREET", None, "o zi frumoasa, seara buna, zi buna, la revedere, weekend placut, ziua buna, neata"),
    ("GREET", None, "o zi faina, o zi senina, o zi placuta, o seara placuta, un weekend fain, weekend frumos"),
    ("X", None, "cateva luni, ultimele luni, multe luni, vinerea mare, lunea mare, vinerea neagra"),
    ("RELDAY", 0, "azi, astazi, astezi, asta zi"),
    ("RELDAY", 1, "maine, miine, mane, maie, mainie"),
    ("RELDAY", 2, "poimaine, poimiine, poi maine, poimane, raspoimaine"),
    ("RELDAY", -1, "ieri, ieiri"),
    ("RELDAY", -2, "alaltaieri, alaltieri, alalta ieri"),
    ("SOON", 0, "imediat, chiar acum, de acum, cat mai repede, cat mai curand"),
    ("HOLIDAY", (24, 12), "ajun, ajunul craciunului"),
    ("HOLIDAY", (25, 12), "craciun, craciunul"),
    ("HOLIDAY", (31, 12), "revelion, revelionul"),
    ("HOLIDAY", (1, 1), "anul nou"),
    ("TONIGHT", (0, "evening"), "diseara, deseara, asta seara, desara, disera"),
    ("TONIGHT", (0, "night"), "azi noapte, la noapte, noaptea asta, noaptea aceasta"),
    ("TONIGHT", (-1, "evening"), "aseara, ieri seara"),
    ("PART", "morning", "dimineata, de dimineata, dimineta, diminata, inainte de pranz, inainte de amiaza, dimineaa"),
    ("PART", "afternoon", "dupa amiaza, dupa amiaz, dupa masa, dupamasa, dupaamiaza, dupa pranz, dupamiaza"),
    ("PART", "afternoon", "dupa amieaza"),
    ("PART", "evening", "seara, de seara, sera, spre seara"),
    ("PART", "night", "noaptea, noapte, in noapte, in timpul noptii"),
    ("NOON", None, "la amiaza, amiaza, la pranz, pranz, pranzul, amiazi, la amiazi, miezul zilei, pranzului, amiezii"),
    ("MIDNIGHT", None, "miezul noptii, miezu noptii, la miezul noptii"),
    ("WEEKEND", None, "weekend, weekendul, weekend ul, sfarsitul saptamanii, sfarsit de saptamana, wekend, uichend"),
    ("SECW", "second", "secunda, secunde, secundele, sec, secundei"),
    ("MINW", "minute", "minut, minute, minutul, minutele, min, minutu"),
    ("HOURW", "hour", "ora, ore, orele, orei, orelor"),
    ("DAYW", "day", "zi, zile, zilele, ziua, zilei"),
    ("WEEKW", "week", "saptamana, saptamani, saptamanile, saptamina, saptamini, saptaman, sapt, saptmana, saptamanii"),
    ("MONTHW", "month", "luna, lunile, lunii"),
    ("LUNI", 0, "luni"),
    ("YEARW", "year", "an, ani, anul, anului, anii"),
    ("HALF", None, "jumatate, jumate, jumatatea, juma, jumatati, jumatat, jumataate"),
    ("QUARTER", None, "sfert, sferturi, sfertul, sfertu, un sfert"),
    ("WHICH", 1, "viitoare, viitor, viitorul, urmatoare, urmatorul, urmatoarea, urmator, viitore"),
    ("WHICH", 0, "asta, aceasta, acest, acesta, aceste, ast, astea, acestei, asta care vine, care vine, ce vine"),
    ("EDGE", "last", "ultima zi, ultima zi a, ultima zi din, in ultima zi"),
    ("WHICH", -1, "trecuta, trecut, trecutul, precedenta, ultima, ultimul"),
    ("EDGE", "first", "prima zi, prima zi a, prima zi din"),
    ("EDGE", "end", "sfarsitul, sfarsit, finalul, final, finele, la sfarsit, sfarsitu, sfirsitul"),
    ("EDGE", "start", "inceputul, inceput"),
    ("EDGE", "middle", "mijlocul"),
    ("IN", None, "peste, in, intr"),
    ("AGO", None, "in urma"),
    ("NOW", None, "acum"),
    ("APPROX", None, "pe la, cam la, cam pe la, in jur de, in jurul, aproximativ, circa, undeva la, nu mai tarziu de"),
    ("APPROX", None, "nu inainte de, nu mai devreme de, in jurul orei, cam pe, aprox"),
    ("BETWEEN", None, "intre"),
    ("AT", None, "la"),
    ("ON", None, "pe, in data de, pe data de, la data de, in ziua de"),
    ("BOUND", None, "pana la, pana, pana pe la"),
    ("FROM", None, "de la, incepand cu, incepand de la, de pe"),
    ("PAST", None, "dupa"),
    ("BEFORE", None, "inainte de, inainte"),
    ("OF", None, "de, din"),
    ("THE", None, "a, al, lui, ale"),
    ("MINUS", None, "fara"),
    ("DATEW", None, "data"),
    ("NEG", None, "nu, in loc de, decat, n, exceptand"),
    ("FIX", None, "ci, de fapt, mai bine, adica, scuze, prefer, dar, as prefera, pardon, mai degraba, mutati pe, ba"),
    ("FIX", None, "schimb pe, vreau sa spun, scuzati, imi cer scuze"),
    ("CAN", None, "pot, vreau, merge, convine, imi convine, imi merge, vreau sa vin, pot sa vin, potriveste"),
    ("CANT", None, "nu merge, nu pot, nu imi convine, nu mi convine, nu se poate, imposibil, pica, nu e bine"),
    ("CANT", None, "nu ma potrivesc"),
    ("OR", None, "sau, ori, fie, eventual"),
    ("AND", None, "si, s"),
    ("FILL", None, "poate, va rog, te rog, mi, imi, e, ar fi, da, bine, ok, deci, atunci, hai, cu, pai, cam, fix"),
    ("FILL", None, "exact"),
    ("FILL", None, "as vrea, as dori, de ce nu, si jumatatea, punct, mie, ma, se, cred ca, numai, doar, la fel"),
    ("FILL", None, "sa zicem"),
    ("THING", None, "lei, leu, ron, euro, eur, persoane, persoana, bucati, procente, kg, km, oameni, bani, locuri"),
    ("THING", None, "bilete"),
    ("THING", None, "produse, dolari, usd, etaje, mii, gb, mb, metri, copii, adulti, colete"),
    ("NUMBERMARK", None, "nr, numar, numarul, comanda, comenzii, factura, telefon, telefonul, cod, codul, pin, cnp"),
    ("NUMBERMARK", None, "strada"),
    ("NUMBERMARK", None, "camera, apartament, contract, contractul, tichet, etaj, etajul, linia, autobuzul"),
    ("HUNDRED", 100, "suta, sute"),
    ("THOUSAND", 2000, "doua mii"),
    ("ONE", 1, "un, o"),
    ("ORD", 1, "intai, intaiul, prima"),
    ("AMPM", "pm", "pm"),
)

_SUFFIXES = {
    "h": "ore",
    "ore": "ore",
    "min": "minute",
    "m": "minute",
    "s": "secunde",
    "sec": "secunde",
    "z": "zile",
    "zile": "zile",
    "am": "am",
    "pm": "pm",
}

_TAIL = "(AND (HALF|ONE? QUARTER|NUM (OF? MINW)?)|HALF|MINUS (ONE? QUARTER|NUM (OF? MINW)?)|NUM (OF? MINW)?)"

_RULES = (
    ("sum", f"(AT/APPROX)+ HOURW? NUM {_TAIL}? (?!@UNIT/THING/MONTH)", 0.85),
    ("sum", f"(FROM/BOUND/PAST/BEFORE)+ HOURW? NUM {_TAIL}? (?!@UNIT/THING/MONTH/X)", 0.7),
    ("sum", "BETWEEN AT? HOURW? NUM(?=AND)", 0.6),
    ("sum", "(@LEAD)+ HOURW? NUM(?=OF PART)", 0.85),
    ("sum", f"(?<!NUM/ONE/HALF/OF/DECIMAL)HOURW NUM {_TAIL}?(?!@UNIT/MONTH)", 0.9),
    ("sum", "NUM MINUS (ONE? QUARTER|NUM (OF? MINW)?)", 0.9),
    ("sum", "NUM AND (HALF|ONE? QUARTER) (?!OF/@UNIT/LUNI)", 0.7),
    ("sum", "NUM HALF (?!OF/@UNIT/LUNI)", 0.7),
    ("sum", f"NUM {_TAIL}? (?=PART)", 0.85),
    ("sum_noon", "(@LEAD)? (NOON/MIDNIGHT) AND (HALF|ONE? QUARTER)", 0.8),
    ("day_only", "ON (NUM/ORD)(?!X/@UNIT/LUNI/MONTH/NUM/THING/MINUS/DASH)", 0.75),
    ("day_only", "DATEW OF? (NUM/ORD)(?!@UNIT/MONTH/THING)", 0.8),
    ("two_ordinals", "ON NUM NUM FOUR?", 0.8),
)

LEXICON: Lexicon = build(
    "ro",
    (
        *_ROWS,
        *_numbered("WEEKDAY", _WEEKDAYS, 0),
        *_numbered("MONTH", _MONTHS, 1),
        *(("NUM", value, spellings) for value, spellings in _CARDINALS.items()),
        *_slang(),
    ),
    _SUFFIXES,
    _RULES,
)
"""Romanian words of time."""
