"""What a caller hears: nothing that only makes sense on a screen, in no wording, language or conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from dialogs.answers import fold
from dialogs.domain import Variant
from dialogs.flow import Step
from dialogs.offers import spoken_options
from dialogs.state import Awaiting
from tests.talk import Talk, runtime

LANGUAGES = ("pl", "en", "ro")
RUNTIME = runtime()
RESPONSES = RUNTIME.domain.responses
NOT_HEARD = {"utter_way_out_buttons", "utter_sms_hint", "utter_sms_goes_on", "utter_sms_instead"}
"""Buttons without a sentence, and what only goes out as a text message."""
LONGEST = 220
"""Characters that a listener can follow, a placeholder counting as `FILLED`."""
FILLED = "x" * 12
UNSEEN = {"email_masked", "payment_url", "payment_link", "basket_link", "tracking"}
"""Placeholders whose values can only be read."""
ON_SCREEN = {
    "en": r"\bwrite\b|\btype\b|\bclick|\bbelow\b|\bbutton",
    "pl": r"napis[zać]|\b(od)?pisać|poniżej|przycisk|klikn|\bPan\b|\bPani\b",
    "ro": r"\bscrie|mai jos|buton|\bclic",
}
BY_TEXT = re.compile(r"SMS|text message")


def heard(response: str) -> list[Variant]:
    """The wordings that a call can choose: with the phone's own under a condition, no others under it."""
    variants = RESPONSES[response].variants
    own = {variant.condition for variant in variants if variant.channel == "phone"}
    return [v for v in variants if v.channel == "phone" or (not v.channel and v.condition not in own)]


def sentences() -> Iterator[Any]:
    for name in sorted(RESPONSES.keys() - NOT_HEARD):
        for number, variant in enumerate(heard(name)):
            for language in LANGUAGES:
                yield pytest.param(language, variant.texts[language], id=f"{name}-{number}-{language}")


def on_screen(text: str, language: str) -> str:
    """What in this text cannot be said aloud, or makes no sense to a caller."""
    for sign in ("\n", "http", "•", "{", "}", "()", " –"):
        if sign in text:
            return repr(sign)
    found = None if BY_TEXT.search(text) else re.search(ON_SCREEN[language], text, re.IGNORECASE)
    return found[0] if found else ""


@pytest.mark.parametrize(("language", "text"), list(sentences()))
def test_every_sentence_can_be_said(language: str, text: str) -> None:
    assert not set(re.findall(r"\{(\w+)\}", text)) & UNSEEN
    filled = re.sub(r"\{\w+\}", FILLED, text)
    assert not on_screen(filled, language), filled
    assert "/" not in filled
    assert len(filled) <= LONGEST, len(filled)


def asking() -> list[Step]:
    return [step for flow in RUNTIME.flows.values() for step in flow.steps.values() if step.kind == "collect"]


def test_a_question_that_is_asked_twice_has_two_wordings_on_a_call() -> None:
    for name in {step.utter for step in asking()}:
        for condition in {variant.condition for variant in heard(name)}:
            assert len([v for v in heard(name) if v.condition == condition]) >= 2, (name, condition)


def test_the_options_are_only_named_where_no_button_shows_them() -> None:
    for response in RESPONSES.values():
        given = response.name in ("utter_which_one", "utter_clarify", "utter_options_spoken")
        for variant in response.variants:
            assert given or variant.channel == "phone" or "{options}" not in variant.texts["en"], response.name


def test_the_greeting_is_short_firm_and_says_what_speaks() -> None:
    response = RESPONSES["utter_disclosure"]
    assert response.firm
    for language, word in (("pl", "automatyczny"), ("en", "automated"), ("ro", "automat")):
        for variant in heard("utter_disclosure"):
            assert word in variant.texts[language]
            assert len(variant.texts[language]) <= 70


def buttons(*titles: str) -> tuple[dict[str, str], ...]:
    return tuple({"title": title, "payload": "/x"} for title in titles)


def test_spoken_options() -> None:
    assert spoken_options(buttons("Address", "Day"), "en") == "Address or Day"
    assert spoken_options(buttons("a, 1", "b, 2", "c"), "pl") == "a, 1; b, 2; lub c"
    assert spoken_options(buttons(*"abcdefg"), "en") == "a, b, c, d, or g", "five at most, and the way out is one of them"
    assert spoken_options(buttons("a"), "ro") == "a"
    assert spoken_options(buttons("a, b"), "ro") == "a, b"


# ---- whole conversations

Line = str | tuple[str, str]
SUPPORT = {"pl": "P-1001", "en": "P-1004", "ro": "P-1005"}
UNPAID = {"pl": "P-1002", "en": "P-1004", "ro": "P-1005"}


class Call(Talk):
    """A talk on the phone in which every reply is checked for what cannot be said."""

    async def open(self, flow: str) -> list[str]:
        return self._check(await super().open(flow))

    async def say(self, text: str, intent: str = "nlu_fallback", confidence: float = 0.95, source: Any = "rasa") -> list[str]:
        return self._check(await super().say(text, intent, confidence, source))

    def _check(self, said: list[str]) -> list[str]:
        for text in said:
            assert not on_screen(text, self.state.language), text
        self._check_options(" ".join(said))
        return said

    def _check_options(self, said: str) -> None:
        """A closed question names at least two of its answers: nobody can guess them."""
        waiting = self.state.awaiting
        slot = self.runtime.domain.slots.get(waiting.slot) if waiting else None
        handed_over = any(effect.kind == "handoff" for effect in self.last.effects)
        if slot is None or slot.parser != "choice" or slot.format == "datetime" or handed_over:
            return
        words, named = fold(said), 0
        choices = self.runtime.interpreter.answers.choices(slot, self.state)
        for choice in choices:
            stems = [word[:4] for label in choice.labels for word in fold(label).split() if len(word) >= 3]
            named += any(stem in words for stem in stems)
        assert named >= min(2, len(choices)), f"{slot.name}: {said}"


async def call(language: str, person: str, flow: str, lines: Sequence[Line], **context: Any) -> Call:
    """Make a call and say these lines; a line with an intent is a pair."""
    made = Call(language, person, flows=RUNTIME, channel="phone", context=context)
    await made.open(flow)
    for line in lines:
        text, intent = line if isinstance(line, tuple) else (line, "nlu_fallback")
        await made.say(text, intent)
    return made


YES: dict[str, Line] = {"pl": ("tak", "affirm"), "en": ("yes", "affirm"), "ro": ("da", "affirm")}
CALLS: dict[str, tuple[str, dict[str, str], dict[str, list[Line]], str]] = {
    "status": (
        "support",
        SUPPORT,
        {
            "pl": [("gdzie jest moja paczka", "order_status")],
            "en": [("where is my parcel", "order_status")],
            "ro": [("unde este coletul meu", "order_status")],
        },
        "answered",
    ),
    "status by number": (
        "support",
        {"pl": "", "en": "", "ro": ""},
        {
            "pl": [("gdzie jest paczka", "order_status"), "sto cztery dwieście trzydzieści trzy", "zero zero sześćset dwadzieścia trzy"],
            "en": [("where is my parcel", "order_status"), "one zero four two three six", "SW1A 1AA"],
            "ro": [("unde e coletul", "order_status"), "unu zero patru doi trei șapte", "zero unu zero zero șapte unu"],
        },
        "answered",
    ),
    "cancel": (
        "support",
        SUPPORT,
        {
            "pl": [("chcę anulować zamówienie", "cancel_order"), YES["pl"]],
            "en": [("cancel my order", "cancel_order"), YES["en"]],
            "ro": [("vreau să anulez comanda", "cancel_order"), YES["ro"]],
        },
        "order_cancelled",
    ),
    "change of delivery": (
        "support",
        SUPPORT,
        {
            "pl": [("zmiana dostawy", "change_delivery"), "mhm coś tam", "paczkomat", "pierwszy", YES["pl"]],
            "en": [("change the delivery", "change_delivery"), "hm well", "a locker", "the first one", YES["en"]],
            "ro": [("schimb livrarea", "change_delivery"), "păi ceva", "locker", "primul", YES["ro"]],
        },
        "delivery_changed",
    ),
    "return": (
        "support",
        SUPPORT,
        {
            "pl": [("chcę zwrócić zakupy", "return_item"), "to coś", "pierwsze", "za małe", "zwrot pieniędzy", YES["pl"]],
            "en": [("I want to return something", "return_item"), "the thing", "the first one", "too small", "a refund", YES["en"]],
            "ro": [("vreau să returnez ceva", "return_item"), "chestia aia", "prima", "prea mici", "banii înapoi", YES["ro"]],
        },
        "return_created",
    ),
    "exchange, put right": (
        "support",
        SUPPORT,
        {
            "pl": [
                ("chcę zwrócić buty", "return_item"),
                "za małe",
                "wymiana",
                "rozmiar 43",
                ("nie", "deny"),
                "powód",
                "inny powód",
                YES["pl"],
            ],
            "en": [
                ("I return the boots", "return_item"),
                "too small",
                "an exchange",
                "size 43",
                ("no", "deny"),
                "reason",
                "other",
                YES["en"],
            ],
            "ro": [
                ("returnez bocancii", "return_item"),
                "prea mici",
                "schimb",
                "mărimea 43",
                ("nu", "deny"),
                "motivul",
                "alt motiv",
                YES["ro"],
            ],
        },
        "return_created",
    ),
    "invoice": (
        "support",
        SUPPORT,
        {
            "pl": [
                ("potrzebuję faktury", "invoice_request"),
                "pierwsze",
                "na firmę",
                "5260250274",
                "Nowa Firma, Kwiatowa 3, Warszawa",
                YES["pl"],
            ],
            "en": [
                ("an invoice please", "invoice_request"),
                "the first one",
                "company",
                "980780684",
                "Acme, 3 High Street, London",
                YES["en"],
            ],
            "ro": [("vreau factură", "invoice_request"), "prima", "pe firmă", "14399840", "Firma Nouă, strada Lungă 3, Cluj", YES["ro"]],
        },
        "invoice_requested",
    ),
    "appointment moved": (
        "reminder_appointment",
        SUPPORT,
        {
            "pl": [YES["pl"], ("chcę przełożyć", "reschedule"), "pierwszy"],
            "en": [YES["en"], ("I want to move it", "reschedule"), "the first one"],
            "ro": [YES["ro"], ("vreau să mut", "reschedule"), "prima"],
        },
        "rescheduled",
    ),
    "cannot pay": (
        "reminder_payment",
        UNPAID,
        {
            "pl": [YES["pl"], ("nie mam z czego", "cannot_pay")],
            "en": [YES["en"], ("I can't pay", "cannot_pay")],
            "ro": [YES["ro"], ("nu pot plăti", "cannot_pay")],
        },
        "cannot_pay",
    ),
    "basket": (
        "reminder_basket",
        {"pl": "P-1003", "en": "P-1004", "ro": "P-1005"},
        {
            "pl": [YES["pl"], "rabat", YES["pl"]],
            "en": [YES["en"], "a discount", YES["en"]],
            "ro": [YES["ro"], "o reducere", YES["ro"]],
        },
        "resumed",
    ),
    "survey": (
        "survey",
        SUPPORT,
        {"pl": ["hm", "cztery", "szybko i miło"], "en": ["well", "four", "quick and kind"], "ro": ["păi", "patru", "rapid și amabil"]},
        "survey_answered",
    ),
    "recommending": (
        "survey_nps",
        SUPPORT,
        {"pl": ["dwanaście", "dziewięć", "nie"], "en": ["twelve", "nine", "no"], "ro": ["doisprezece", "nouă", "nu"]},
        "survey_answered",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CALLS)
async def test_a_call(name: str, language: str) -> None:
    flow, person, lines, outcome = CALLS[name]
    made = await call(language, person[language], flow, lines[language], has_phone=True)
    assert made.effect("outcome") == {"outcome": outcome}


INTERVIEW: dict[str, list[Line]] = {
    "pl": ["tak", "od zaraz", "wszystkie", "mam", "tak", "33 zł za godzinę", "40 minut", "tak", "pierwszy"],
    "en": ["yes", "right away", "all of them", "I do", "yes", "33 zlotys an hour", "40 minutes", "yes", "the first one"],
    "ro": ["da", "imediat", "toate", "am", "da", "33 de zloți pe oră", "40 de minute", "da", "prima"],
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_interview_by_phone(language: str) -> None:
    made = await call(language, "P-2001", "preselection", INTERVIEW[language], job_id="J-100")
    assert made.effect("outcome") == {"outcome": "interview_booked"}


# ---- what has to be read goes out as a text message


def texts(made: Talk) -> list[str]:
    return [str(effect.data["text"]) for effect in made.effects if effect.kind == "text"]


PAY_NOW: dict[str, list[Line]] = {"pl": [YES["pl"], "zapłacę teraz"], "en": [YES["en"], "pay now"], "ro": [YES["ro"], "plătesc acum"]}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_payment_link_comes_by_text_message(language: str) -> None:
    made = await call(language, UNPAID[language], "reminder_payment", PAY_NOW[language], has_phone=True)
    (text,) = texts(made)
    assert f"https://bryza.example/pay/PAY-{UNPAID[language][2:]}" in text
    assert BY_TEXT.search(made.last.replies[0].text), "and the caller is told"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_without_a_number_no_text_message_is_promised(language: str) -> None:
    made = await call(language, UNPAID[language], "reminder_payment", PAY_NOW[language])
    assert not texts(made)
    assert not any(BY_TEXT.search(reply.text) for reply in made.last.replies)


async def test_the_link_of_an_order_and_of_a_promise_come_by_text_message_too() -> None:
    made = await call("pl", "P-1002", "support", [("karta odrzucona", "payment_problem"), "płatność odrzucona"], has_phone=True)
    assert [text for text in texts(made) if "https://bryza.example/pay/L-" in text], made.last.replies
    promised: list[Line] = [YES["en"], ("I'll pay on Friday", "promise_to_pay"), YES["en"]]
    made = await call("en", "P-1004", "reminder_payment", promised, has_phone=True)
    assert len(texts(made)) == 1
    assert "Friday, 20 November" in texts(made)[0]


async def test_a_discount_code_comes_by_text_message() -> None:
    made = await call("ro", "P-1005", "reminder_basket", [YES["ro"], "o reducere"], has_phone=True)
    assert "BRYZA10-" in texts(made)[0]
    assert "BRYZA" not in made.last.replies[0].text
    again = await call("ro", "P-1005", "reminder_basket", [YES["ro"], "o reducere"])
    assert "BRYZA10-" in again.last.replies[0].text, "without a number it is said"


async def test_a_parcel_on_its_way_is_redirected_with_the_number_by_text_message() -> None:
    made = await call("en", "P-1003", "support", [("change the delivery", "change_delivery"), "the first one"], has_phone=True)
    assert len(texts(made)) == 1, made.last.replies


async def test_in_writing_links_stay_in_the_reply() -> None:
    made = Talk("en", "P-1004", flows=RUNTIME, context={"has_phone": True})
    await made.open("reminder_payment")
    await made.say("yes", "affirm")
    assert "https://" in (await made.say("pay now"))[0]
    assert not texts(made)


@pytest.mark.parametrize("channel", ["web", "sms"])
async def test_in_writing_nobody_reads_a_wording_for_the_ear(channel: str) -> None:
    made = Talk("en", "P-1004", flows=RUNTIME, channel=channel)
    await made.open("support")
    await made.say("x", "return_item")
    assert (await made.say("hello", "greet"))[0] in {v.texts["en"] for v in RESPONSES["utter_greet"].variants if not v.channel}


# ---- not understood: what may be said is said


@pytest.mark.parametrize("language", LANGUAGES)
async def test_options_are_said_when_the_answer_was_not_understood(language: str) -> None:
    made = await call(language, SUPPORT[language], "support", [("x", "change_delivery"), "bla bla"])
    labels = {"pl": "Paczkomat", "en": "Parcel locker", "ro": "Locker"}
    assert labels[language] in made.last.replies[-1].text
    await made.say("bla bla bla")
    assert labels[language] in made.last.replies[-1].text
    assert len(made.last.replies) == 3, "that it was not understood, the question, its options"
    await made.say("bla")
    assert made.effect("handoff") is not None


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_was_offered_to_choose_from_is_said_again(language: str) -> None:
    made = await call(language, SUPPORT[language], "support", [])
    options = [{"value": flow, "label": RUNTIME.flows[flow].names[language]} for flow in ("return_item", "invoice_request")]
    made.state.awaiting = Awaiting("clarify", options=options)
    (said,) = await made.say("bla bla bla")
    assert all(option["label"] in said for option in options)
    await made.say(options[1]["label"])
    assert made.state.stack[0].flow == "invoice_request"


# ---- how people answer the phone: what the trained NLU made of it on 22 November 2026

PICKED_UP = [
    ("pl", "halo", "greet", 1.0),
    ("pl", "słucham", "greet", 0.98),
    ("pl", "tak, słucham", "greet", 0.63),
    ("pl", "przy telefonie", "call_back_later", 0.56),
    ("pl", "tak, przy telefonie", "affirm", 0.96),
    ("pl", "to ja", "goodbye", 0.51),
    ("pl", "proszę mówić", "nlu_fallback", 0.73),
    ("en", "hello?", "greet", 1.0),
    ("en", "speaking", "affirm", 0.91),
    ("en", "this is she", "affirm", 0.92),
    ("en", "yes hello", "greet", 0.97),
    ("en", "I'm listening", "call_back_later", 0.36),
    ("ro", "alo", "greet", 0.99),
    ("ro", "alo, da", "affirm", 0.56),
    ("ro", "vă ascult", "greet", 0.93),
    ("ro", "eu sunt", "affirm", 0.63),
]


@pytest.mark.parametrize(("language", "words", "intent", "confidence"), PICKED_UP)
async def test_picking_up_is_no_wrong_turn(language: str, words: str, intent: str, confidence: float) -> None:
    made = await call(language, UNPAID[language], "reminder_payment", [])
    said = " ".join(await made.say(words, intent, confidence))
    assert not made.state.closed
    assert made.effect("handoff") is None
    assert made.state.awaiting is not None
    assert made.state.awaiting.slot in ("payer_confirmed", "payment_answer")
    if made.state.awaiting.slot == "payer_confirmed":
        assert "Anna" in said, "asked again"
        subject = RUNTIME.flows["reminder_payment"].names[language]
        assert subject not in said, "what it is about is not told before"


@pytest.mark.parametrize(("language", "words"), [("pl", "halo"), ("en", "hello?"), ("ro", "alo")])
async def test_a_hello_at_the_start_is_answered(language: str, words: str) -> None:
    made = await call(language, SUPPORT[language], "support", [(words, "greet")])
    assert [reply.response for reply in made.last.replies] == ["utter_greet"]
    assert "?" in made.last.replies[0].text
    await made.say("x", "return_item")
    (hello, *_) = await made.say(words, "greet")
    assert "?" not in hello, "in the middle of something nobody is asked how to help"
