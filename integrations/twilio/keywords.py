"""STOP, START and HELP: the words with which a person governs the messages themselves, as whole messages only.

A person may write them in any language whatever the conversation's, so one table serves all. Deliberately absent,
because in our conversations they answer a question: "cancel"/"anuluj" (an appointment), "yes"/"tak"/"da",
"resume" (a CV). Twilio's own filter may still treat CANCEL as STOP: `InboundSms.opt_out_type` and error 21610 say so.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Keyword = Literal["stop", "start", "help"]

_LONGEST = 80
"""Characters; a longer message is a sentence and no keyword."""

_STOP = """
stop | stop sms | sms stop | stop smsy | stop all | stopall | stop wszystko | stop mesaje
rezygnuje | rezygnacja | rezygnuje z sms | rezygnuje z smsow | rezygnuje z wiadomosci
wypisz | wypisz mnie | wypisz mnie z listy | wypiszcie mnie | wypisuje sie | chce sie wypisac | prosze mnie wypisac
koniec | koniec sms | nie pisz | nie piszcie | nie pisz do mnie | nie piszcie do mnie | nie pisac
nie pisz wiecej | nie piszcie wiecej | nie piszcie juz | nie piszcie do mnie wiecej | przestan pisac | przestancie pisac
nie wysylaj | nie wysylajcie | nie wysylaj sms | nie wysylajcie sms | nie wysylajcie smsow | nie wysylajcie wiadomosci
nie chce smsow | nie chce wiecej smsow | nie chce wiadomosci | nie chce wiecej wiadomosci | zadnych smsow
nie kontaktujcie sie ze mna | nie kontaktuj sie ze mna | wylacz sms | wylacz smsy | usun mnie z listy
usuncie mnie z listy | usun moj numer | usuncie moj numer | cofam zgode | wycofuje zgode | odsubskrybuj
unsubscribe | unsubscribe me | end | quit | optout | opt out | opt me out | revoke | remove | remove me
remove me from the list | remove me from your list | take me off the list | take me off your list
stop texting | stop texting me | stop messaging | stop messaging me | stop messages | stop texts | stop sending
stop sending messages | stop contacting me | stop writing | stop writing to me | no more texts | no more messages
do not text me | dont text me | do not message me | dont message me | do not contact me | dont contact me
do not write to me | dont write to me | i want to unsubscribe
dezabonare | dezabonez | dezabonati | dezaboneaza | dezaboneaza ma | dezabonati ma | ma dezabonez
vreau sa ma dezabonez | vreau dezabonare | renunt | renunt la mesaje | renunt la sms | anuleaza abonarea
anulati abonarea | anulare abonare | opreste | opriti | opreste mesajele | opriti mesajele | sfarsit
nu mai scrie | nu mai scrieti | nu mi mai scrie | nu mi mai scrieti | nu imi mai scrie | nu imi mai scrieti
nu mai trimite | nu mai trimiteti | nu mai trimiteti mesaje | nu mai trimite mesaje | nu mai trimiteti sms
nu mi mai trimiteti mesaje | nu imi mai trimiteti mesaje | nu mai vreau mesaje | nu vreau mesaje
nu ma contactati | nu ma mai contactati | nu ma contacta | nu ma mai contacta | sterge ma din lista
stergeti ma din lista | scoateti ma din lista | retrag acordul | imi retrag acordul | retrag consimtamantul
imi retrag consimtamantul
"""
_START = """
start | unstop | start sms | sms start | start mesaje | start messages
wznow | wznowcie | wznawiam | wznowienie | wznow sms | wznow smsy | wznow wiadomosci | zapisz mnie | zapiszcie mnie
wlacz sms | wlacz smsy | wlacz wiadomosci | chce otrzymywac sms | chce otrzymywac smsy | chce otrzymywac wiadomosci
chce dostawac smsy | piszcie do mnie | mozecie pisac | mozecie do mnie pisac | subskrybuj | aktywuj sms
subscribe | subscribe me | resubscribe | optin | opt in | opt me in | sign me up | resume messages | resume texts
start texting me | you can text me | text me again | i want to subscribe
abonare | abonez | ma abonez | aboneaza ma | abonati ma | reabonare | vreau sa ma abonez | reia | reluati | reluare
reia mesajele | reluati mesajele | porneste mesajele | porniti mesajele | activeaza mesajele | activeaza sms
vreau mesaje | vreau sa primesc mesaje | imi puteti scrie
"""
_HELP = """
help | help me | info | information
pomoc | pomocy | pomoz | pomozcie | potrzebuje pomocy | informacja | informacje | instrukcja
i need help | need help | get help | commands
ajutor | ajuta ma | ajutati ma | am nevoie de ajutor | informatii | informatie | instructiuni | comenzi
"""

_POLITE = re.compile(
    r"^(?:(?:prosze|poprosze|please|pls|va rog|te rog|va rog frumos) )+"
    r"|(?: (?:prosze|please|pls|dziekuje|dzieki|thanks|thank you|thx|va rog|te rog|va rog frumos|multumesc|mersi))+$"
)
_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ı": "i", "ß": "ss"})
_APOSTROPHES = re.compile(r"['’‘ʼ`´]")
_SEPARATORS = re.compile(r"[\W_]+")
_SMS_ENDING = re.compile(r"\bsms (?=(?:y|ow)\b)")  # "SMS-y", "SMS-ów"
_STRETCHED = re.compile(r"([^\W\d])\1{2,}")


def keyword(text: str) -> Keyword | None:
    """Say whether the whole message is STOP, START or HELP in Polish, English or Romanian; ``None`` for anything else.

    Case, diacritics, punctuation, emoji, stretched letters ("STOOOP") and a "please" or "thanks" around it do not
    matter. A keyword inside a sentence is left to the NLU: "stop by the shop" asks for nothing of the kind.
    """
    if len(text) > _LONGEST:
        return None
    folded = _fold(text)
    return _WORDS.get(folded) or _WORDS.get(_POLITE.sub("", folded))


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = _SEPARATORS.sub(" ", _APOSTROPHES.sub("", bare)).strip()
    return _STRETCHED.sub(r"\1", _SMS_ENDING.sub("sms", words))


def _table() -> dict[str, Keyword]:
    lists: tuple[tuple[Keyword, str], ...] = (("help", _HELP), ("start", _START), ("stop", _STOP))
    return {word.strip(): name for name, words in lists for word in re.split(r"[|\n]", words) if word.strip()}


_WORDS = _table()
