"""Reminders of an appointment, a payment and a basket, talked through end to end in every language."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest

from dialogs.actions import ACTIONS
from dialogs.check import check_flows
from dialogs.load import load_folders
from dialogs.runtime import Runtime
from dialogs.scene import Answer, PersonInScene
from tests.talk import FOLDERS, NOW, Talk, runtime

LANGUAGES = ("pl", "en", "ro")
PEOPLE = {
    "P-1001": "Anna Nowak", "P-1002": "Piotr Zieliński", "P-1003": "Maria Wiśniewska", "P-1004": "Emily Clarke", "P-1005": "Andrei Popescu",
}  # fmt: skip
APPOINTED = {"pl": ("P-1001", "A-1001"), "en": ("P-1004", "A-1004"), "ro": ("P-1005", "A-1005")}
OWING = {"pl": ("P-1002", "PAY-1002"), "en": ("P-1004", "PAY-1004"), "ro": ("P-1005", "PAY-1005")}
SHOPPING = {"pl": ("P-1003", "B-1003"), "en": ("P-1004", "B-1004"), "ro": ("P-1005", "B-1005")}
YES, NO = {"pl": "tak", "en": "yes", "ro": "da"}, {"pl": "nie", "en": "no", "ro": "nu"}
GOODBYE = {"utter_goodbye"}


@cache
def _runtime() -> Runtime:
    return runtime()


def talk(language: str, person: str, **more: Any) -> Talk:
    conversation = Talk(language, person, flows=_runtime(), **more)
    conversation.person = PersonInScene(person, PEOPLE.get(person, ""))
    return conversation


async def reached(kind: str, language: str, who: dict[str, tuple[str, str]], **more: Any) -> Talk:
    """A reminder whose right person has said yes."""
    conversation = talk(language, who[language][0], **more)
    await conversation.open(f"reminder_{kind}")
    await conversation.say(YES[language], "affirm")
    return conversation


async def appointment(language: str, **more: Any) -> Talk:
    return await reached("appointment", language, APPOINTED, **more)


async def payment(language: str, **more: Any) -> Talk:
    return await reached("payment", language, OWING, **more)


async def basket(language: str, **more: Any) -> Talk:
    return await reached("basket", language, SHOPPING, **more)


def asked(conversation: Talk) -> str:
    return conversation.state.awaiting.slot if conversation.state.awaiting else ""


def responses(conversation: Talk) -> list[str]:
    return [reply.response for reply in conversation.last.replies]


def outcome(conversation: Talk) -> str:
    return str((conversation.effect("outcome") or {}).get("outcome"))


def said_goodbye(conversation: Talk) -> bool:
    return conversation.state.closed and set(responses(conversation)) >= GOODBYE


async def record(conversation: Talk, kind: str, record_id: str) -> dict[str, Any]:
    found = await conversation.records.get(kind, record_id)
    assert found is not None
    return found


def offered(conversation: Talk) -> list[datetime]:
    return [datetime.fromisoformat(o["value"]) for o in conversation.state.slots["free_slots"] if o["value"] != "other"]


async def is_free(conversation: Talk, service: str, at: str) -> bool:
    return any(slot["at"] == at for slot in await conversation.records.find("free_slot", service=service, taken=False))


def test_the_flows_have_no_finding() -> None:
    domain, flows = load_folders(FOLDERS)
    assert [str(f) for f in check_flows(domain, flows, ACTIONS) if "/reminder/" in f.file] == []


# ---- who


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "who"), [("appointment", APPOINTED), ("payment", OWING), ("basket", SHOPPING)])
async def test_nothing_is_told_before_the_right_person_is_sure(kind: str, who: dict[str, tuple[str, str]], language: str) -> None:
    conversation = talk(language, who[language][0])
    opening = " ".join(await conversation.open(f"reminder_{kind}"))
    assert PEOPLE[who[language][0]].split()[0] in opening
    assert not any(char.isdigit() for char in opening)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "who"), [("appointment", APPOINTED), ("payment", OWING), ("basket", SHOPPING)])
async def test_wrong_person(kind: str, who: dict[str, tuple[str, str]], language: str) -> None:
    conversation = talk(language, who[language][0])
    await conversation.open(f"reminder_{kind}")
    texts = await conversation.say(NO[language], "deny")
    assert conversation.state.closed
    assert conversation.effect("wrong_person") is not None
    assert outcome(conversation) == "wrong_person"
    assert not any(char.isdigit() for char in " ".join(texts))


async def test_a_wrong_person_in_other_words() -> None:
    conversation = talk("pl", "P-1002")
    await conversation.open("reminder_payment")
    await conversation.say("pomyłka, nie ma tu takiej osoby", "wrong_person")
    assert outcome(conversation) == "wrong_person"


async def test_talk_of_money_does_not_prove_who_speaks() -> None:
    conversation = talk("en", "P-1004")
    await conversation.open("reminder_payment")
    texts = await conversation.say("they told me they have paid everything", "already_paid")
    assert asked(conversation) == "payer_confirmed"
    assert "129" not in " ".join(texts)


async def test_a_person_without_a_name_is_asked_too() -> None:
    conversation = talk("pl", "")
    await conversation.open("reminder_appointment")
    assert asked(conversation) == "right_person"
    assert "–" not in conversation.last.replies[-1].text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["appointment", "payment", "basket"])
async def test_no_record_is_said_honestly(kind: str, language: str) -> None:
    conversation = talk(language, "P-2001")
    await conversation.open(f"reminder_{kind}")
    await conversation.say(YES[language], "affirm")
    assert responses(conversation) == [f"utter_no_{kind}", "utter_anything_else"]
    assert outcome(conversation) == "no_record"
    assert conversation.state.stack == []


async def test_another_persons_record_is_not_told() -> None:
    conversation = talk("pl", "P-1003", context={"payment_id": "PAY-1002"})
    await conversation.open("reminder_payment")
    await conversation.say("tak", "affirm")
    assert responses(conversation)[0] == "utter_no_payment"


async def test_the_named_record_is_used() -> None:
    conversation = talk("pl", "P-1001", context={"appointment_id": "A-2"})
    soon = {**await record(conversation, "appointment", "A-1001"), "at": (NOW + timedelta(days=9)).isoformat()}
    await conversation.records.put("appointment", "A-2", soon)
    await conversation.open("reminder_appointment")
    await conversation.say("tak", "affirm")
    assert conversation.state.slots["appointment_at"] == soon["at"]


async def test_an_appointment_that_has_passed_is_no_record() -> None:
    conversation = talk("pl", "P-1001")
    past = {**await record(conversation, "appointment", "A-1001"), "at": (NOW - timedelta(days=1)).isoformat()}
    await conversation.records.put("appointment", "A-1001", past)
    await conversation.open("reminder_appointment")
    await conversation.say("tak", "affirm")
    assert outcome(conversation) == "no_record"


@pytest.mark.parametrize(("language", "words"), [("pl", "teraz nie mogę"), ("en", "not now"), ("ro", "acum nu pot")])
@pytest.mark.parametrize("kind", ["appointment", "payment"])
async def test_not_now_is_not_the_wrong_person(kind: str, language: str, words: str) -> None:
    conversation = talk(language, "P-1004")
    await conversation.open(f"reminder_{kind}")
    await conversation.say(words, "call_back_later")
    assert asked(conversation) == "callback_time"
    assert conversation.effect("wrong_person") is None


# ---- appointment


@pytest.mark.parametrize("language", LANGUAGES)
async def test_confirm(language: str) -> None:
    conversation = await appointment(language)
    assert responses(conversation) == ["utter_appointment_is", "utter_ask_appointment_answer"]
    words = {"pl": "tak, będę", "en": "yes, I'll be there", "ro": "da, vin"}
    await conversation.say(words[language], "affirm")
    assert said_goodbye(conversation)
    assert outcome(conversation) == "confirmed"
    assert (await record(conversation, "appointment", APPOINTED[language][1]))["status"] == "confirmed"


@pytest.mark.parametrize(
    ("language", "words", "day", "hours"),
    [
        ("pl", "nie, przełóżmy na piątek po południu", "2026-11-20", range(12, 18)),
        ("en", "no, let's move it to Tuesday morning", "2026-11-24", range(5, 12)),
        ("ro", "nu, mutați pe luni după-amiază", "2026-11-23", range(12, 18)),
    ],
)  # fmt: skip
async def test_reschedule_to_a_day_said_along_the_way(language: str, words: str, day: str, hours: range) -> None:
    conversation = await appointment(language)
    record_id = APPOINTED[language][1]
    before = await record(conversation, "appointment", record_id)
    await conversation.say(words, "reschedule")
    assert asked(conversation) == "new_slot"
    assert all(at.date().isoformat() == day and at.hour in hours for at in offered(conversation))
    first = offered(conversation)[0].isoformat()
    await conversation.say({"pl": "pierwszy", "en": "the first one", "ro": "prima"}[language])
    after = await record(conversation, "appointment", record_id)
    assert (after["at"], after["status"]) == (first, "confirmed")
    assert not await is_free(conversation, before["service"], first)
    assert await is_free(conversation, before["service"], before["at"])
    assert outcome(conversation) == "rescheduled"
    assert said_goodbye(conversation)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_asks_what_instead(language: str) -> None:
    conversation = await appointment(language)
    await conversation.say(NO[language], "deny")
    assert asked(conversation) == "appointment_change"
    await conversation.say({"pl": "inny termin", "en": "another time", "ro": "reprogramare"}[language], "reschedule")
    assert asked(conversation) == "new_slot"
    assert 2 <= len(offered(conversation)) <= 3


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_one_on_a_day(language: str) -> None:
    conversation = await appointment(language)
    await conversation.say({"pl": "przełóżmy", "en": "move it please", "ro": "reprogramați"}[language], "reschedule")
    chosen = offered(conversation)[-1]  # the Monday in Polish and Romanian, the Friday in English
    days = {0: ("poniedziałek", "Monday", "luni"), 4: ("piątek", "Friday", "vineri")}
    day = days[chosen.weekday()][LANGUAGES.index(language)]
    await conversation.say({"pl": f"ten w {day}", "en": f"the one on {day}", "ro": f"cea de {day}"}[language])
    assert (await record(conversation, "appointment", APPOINTED[language][1]))["at"] == chosen.isoformat()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_later_one(language: str) -> None:
    conversation = await appointment(language)
    await conversation.say({"pl": "przełóżmy", "en": "move it please", "ro": "reprogramați"}[language], "reschedule")
    last = offered(conversation)[-1]
    await conversation.say({"pl": "a coś później?", "en": "a later one", "ro": "ceva mai târziu"}[language], "reschedule")
    assert asked(conversation) == "new_slot"
    assert all(at > last for at in offered(conversation))


async def test_an_earlier_one_and_the_last_one() -> None:
    conversation = await appointment("pl")
    await conversation.say("przełóżmy na środę", "reschedule")
    first = offered(conversation)[0]
    await conversation.say("coś wcześniej")
    assert all(at < first for at in offered(conversation))
    last = offered(conversation)[-1]
    await conversation.say("ten ostatni")
    assert (await record(conversation, "appointment", "A-1001"))["at"] == last.isoformat()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_day_that_was_not_offered(language: str) -> None:
    conversation = await appointment(language)
    await conversation.say({"pl": "przełóżmy", "en": "move it please", "ro": "reprogramați"}[language], "reschedule")
    await conversation.say({"pl": "może środa?", "en": "maybe Wednesday?", "ro": "poate miercuri?"}[language])
    assert asked(conversation) == "new_slot"
    assert {at.date().isoformat() for at in offered(conversation)} == {"2026-11-25"}


async def test_a_full_day_gives_the_nearest_times() -> None:
    conversation = await appointment("pl")
    await conversation.say("przełóżmy na sobotę", "reschedule")
    assert responses(conversation) == ["utter_slot_nearest", "utter_ask_new_slot"]
    assert all(abs((at.date() - datetime(2026, 11, 21).date()).days) <= 2 for at in offered(conversation))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_correction_of_the_day(language: str) -> None:
    conversation = await appointment(language)
    first = {"pl": "przełóżmy na czwartek", "en": "move it to Thursday", "ro": "mutați pe joi"}
    await conversation.say(first[language], "reschedule")
    assert {at.weekday() for at in offered(conversation)} == {3}
    second = {"pl": "nie, miałem na myśli piątek", "en": "no, I meant Friday", "ro": "nu, am vrut să zic vineri"}
    await conversation.say(second[language], "correct")
    assert responses(conversation) == ["utter_corrected", "utter_ask_new_slot"]
    assert {at.weekday() for at in offered(conversation)} == {4}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_none_fits(language: str) -> None:
    conversation = await appointment(language)
    none = {"pl": "żaden z tych", "en": "none of these", "ro": "niciuna"}[language]
    await conversation.say({"pl": "przełóżmy", "en": "move it please", "ro": "reprogramați"}[language], "reschedule")
    for day in ({"pl": "w piątek", "en": "on Friday", "ro": "vineri"}, {"pl": "we wtorek", "en": "on Tuesday", "ro": "marți"}):
        await conversation.say(none, "deny")
        assert asked(conversation) == "preferred_when"
        await conversation.say(day[language])
        assert asked(conversation) == "new_slot"
    await conversation.say(none)
    assert asked(conversation) == "slot_help"
    await conversation.say({"pl": "ktoś z zespołu", "en": "a colleague", "ro": "un coleg"}[language])
    assert conversation.effect("handoff") == {"reason": "appointment"}


async def test_naming_ever_new_days_ends_too() -> None:
    conversation = await appointment("en")
    await conversation.say("move it please", "reschedule")
    for _ in range(6):
        assert asked(conversation) == "new_slot"
        await conversation.say("on 1 June 2027")
    assert asked(conversation) == "slot_help"


async def test_no_time_fits_and_a_call_later() -> None:
    conversation = await appointment("en")
    await conversation.say("move it please", "reschedule")
    await conversation.say("no", "deny")
    await conversation.say("no", "deny")
    assert asked(conversation) == "slot_help"
    await conversation.say("later")
    assert asked(conversation) == "callback_time"
    await conversation.say("tomorrow at five pm")
    assert conversation.effect("callback") is not None
    assert conversation.state.closed


async def test_no_time_fits_and_it_stays() -> None:
    conversation = await appointment("en")
    before = await record(conversation, "appointment", "A-1004")
    await conversation.say("move it please", "reschedule")
    await conversation.say("no", "deny")
    await conversation.say("no", "deny")
    await conversation.say("leave it as it is")
    assert responses(conversation)[0] == "utter_appointment_kept"
    assert await record(conversation, "appointment", "A-1004") == before
    assert said_goodbye(conversation)


async def test_a_past_day_is_refused() -> None:
    conversation = await appointment("en")
    await conversation.say("move it please", "reschedule")
    await conversation.say("none of these", "deny")
    await conversation.say("on 3 November 2026")
    assert responses(conversation) == ["utter_date_in_past"]
    assert asked(conversation) == "preferred_when"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_somebody_took_the_time_meanwhile(language: str) -> None:
    conversation = await appointment(language)
    await conversation.say({"pl": "przełóżmy", "en": "move it please", "ro": "reprogramați"}[language], "reschedule")
    gone = offered(conversation)[0].isoformat()
    for slot in await conversation.records.find("free_slot", at=gone):
        await conversation.records.put("free_slot", slot["id"], {**slot, "taken": True})
    before = await record(conversation, "appointment", APPOINTED[language][1])
    await conversation.say("1")
    assert responses(conversation)[0] == "utter_slot_gone"
    assert asked(conversation) == "new_slot"
    assert gone not in [at.isoformat() for at in offered(conversation)]
    assert await record(conversation, "appointment", APPOINTED[language][1]) == before
    chosen = offered(conversation)[0].isoformat()
    await conversation.say("1")
    assert (await record(conversation, "appointment", APPOINTED[language][1]))["at"] == chosen


async def test_two_people_never_get_the_same_time() -> None:
    anna, andrei = await appointment("pl"), await appointment("ro")
    andrei.records = anna.records
    await anna.say("przełóżmy", "reschedule")
    await andrei.say("reprogramați", "reschedule")
    await anna.say("1")
    await andrei.say("1")
    await andrei.say("1")
    at = [(await record(anna, "appointment", record_id))["at"] for record_id in ("A-1001", "A-1005")]
    assert at[0] != at[1]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_everything_is_taken(language: str) -> None:
    conversation = await appointment(language)
    for slot in await conversation.records.find("free_slot"):
        await conversation.records.put("free_slot", slot["id"], {**slot, "taken": True})
    await conversation.say({"pl": "przełóżmy", "en": "move it please", "ro": "reprogramați"}[language], "reschedule")
    assert responses(conversation) == ["utter_no_free_slots", "utter_ask_slot_help"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_cancel_with_a_reason_and_book_again(language: str) -> None:
    conversation = await appointment(language)
    record_id = APPOINTED[language][1]
    before = await record(conversation, "appointment", record_id)
    words = {"pl": "chcę odwołać wizytę", "en": "please cancel it", "ro": "vreau să anulez"}
    await conversation.say(words[language], "cancel_appointment")
    assert asked(conversation) == "cancel_sure"
    await conversation.say(YES[language], "affirm")
    assert (await record(conversation, "appointment", record_id))["status"] == "cancelled"
    assert await is_free(conversation, before["service"], before["at"])
    reason = {"pl": "wyjeżdżam służbowo", "en": "I have to travel for work", "ro": "plec în delegație"}[language]
    await conversation.say(reason)
    assert conversation.effect("problem") == {"kind": "appointment_cancelled", "words": reason}
    assert asked(conversation) == "rebook"
    await conversation.say(YES[language], "affirm")
    assert asked(conversation) == "new_slot"
    chosen = offered(conversation)[1].isoformat()
    await conversation.say("2")
    after = await record(conversation, "appointment", record_id)
    assert (after["at"], after["status"]) == (chosen, "confirmed")
    assert outcome(conversation) == "rebooked"
    assert await is_free(conversation, before["service"], before["at"])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_cancel_without_a_reason(language: str) -> None:
    conversation = await appointment(language)
    words = {"pl": "zapomnij o tym", "en": "forget it", "ro": "lasă"}
    await conversation.say(words[language], "cancel")  # about the appointment, since that was asked
    assert asked(conversation) == "cancel_sure"
    await conversation.say(YES[language])
    await conversation.say({"pl": "pomiń", "en": "skip", "ro": "trec peste"}[language])
    assert conversation.effect("problem") is None
    await conversation.say(NO[language], "deny")
    assert outcome(conversation) == "cancelled"
    assert said_goodbye(conversation)


async def test_not_cancelled_after_all() -> None:
    conversation = await appointment("pl")
    await conversation.say("odwołuję", "cancel_appointment")
    await conversation.say("jednak nie", "deny")
    assert (await record(conversation, "appointment", "A-1001"))["status"] == "booked"
    assert outcome(conversation) == "kept"


async def test_moved_instead_of_cancelled() -> None:
    conversation = await appointment("pl")
    await conversation.say("odwołuję", "cancel_appointment")
    await conversation.say("a może przełóżmy na wtorek", "reschedule")
    assert asked(conversation) == "new_slot"
    assert {at.weekday() for at in offered(conversation)} == {1}


async def test_cancelled_while_choosing_a_time() -> None:
    conversation = await appointment("en")
    await conversation.say("move it", "reschedule")
    await conversation.say("actually I'll just cancel the visit", "cancel_appointment")
    assert asked(conversation) == "cancel_sure"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_little_late(language: str) -> None:
    conversation = await appointment(language)
    words = {"pl": "spóźnię się 15 minut", "en": "I'll be 15 minutes late", "ro": "întârzii 15 minute"}
    await conversation.say(words[language], "running_late")
    assert outcome(conversation) == "late"
    assert (await record(conversation, "appointment", APPOINTED[language][1]))["late_minutes"] == 15
    assert said_goodbye(conversation)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_very_late_gets_another_time(language: str) -> None:
    conversation = await appointment(language)
    await conversation.say({"pl": "spóźnię się", "en": "I'm stuck in traffic", "ro": "sunt blocat în trafic"}[language], "running_late")
    assert asked(conversation) == "late_time"
    await conversation.say({"pl": "pół godziny", "en": "45", "ro": "o oră"}[language])
    assert asked(conversation) == "late_choice"
    await conversation.say({"pl": "inny termin", "en": "another time", "ro": "reprogramare"}[language], "reschedule")
    assert asked(conversation) == "new_slot"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_very_late_and_a_person(language: str) -> None:
    conversation = await appointment(language)
    words = {"pl": "spóźnię się pół godziny", "en": "I'll be an hour late", "ro": "întârzii o oră"}
    await conversation.say(words[language], "running_late")
    assert asked(conversation) == "late_choice"
    await conversation.say({"pl": "ktoś z zespołu", "en": "a colleague", "ro": "un coleg"}[language])
    assert conversation.effect("handoff") == {"reason": "appointment"}


async def test_very_late_and_coming_anyway() -> None:
    conversation = await appointment("en")
    await conversation.say("I'll be 40 minutes late", "running_late")
    await conversation.say("I'll come anyway")
    assert responses(conversation)[0] == "utter_late_noted_long"
    assert outcome(conversation) == "very_late"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_correction_of_the_delay(language: str) -> None:
    conversation = await appointment(language)
    words = {"pl": "spóźnię się pół godziny", "en": "I'll be an hour late", "ro": "întârzii o oră"}
    await conversation.say(words[language], "running_late")
    second = {"pl": "nie, miałem na myśli 10 minut", "en": "no, I meant 10 minutes", "ro": "nu, am vrut să zic 10 minute"}
    await conversation.say(second[language], "correct")
    assert outcome(conversation) == "late"
    assert (await record(conversation, "appointment", APPOINTED[language][1]))["late_minutes"] == 10


async def test_nothing_instead_offers_a_person() -> None:
    conversation = await appointment("pl")
    await conversation.say("nie", "deny")
    await conversation.say("nie", "deny")
    assert asked(conversation) == "wants_person"
    await conversation.say("tak", "affirm")
    assert conversation.effect("handoff") == {"reason": "appointment"}


async def test_a_wish_said_at_once() -> None:
    conversation = talk("pl", "P-1001")
    await conversation.open("reminder_appointment")
    await conversation.say("tak, ale muszę przełożyć na wtorek", "reschedule")
    assert responses(conversation) == ["utter_appointment_is", "utter_ask_new_slot"]
    assert {at.weekday() for at in offered(conversation)} == {1}


async def test_a_day_alone_means_another_time() -> None:
    conversation = await appointment("en")
    await conversation.say("Tuesday would be better")
    assert asked(conversation) == "new_slot"
    assert {at.weekday() for at in offered(conversation)} == {1}


async def test_digression_and_resume() -> None:
    conversation = await appointment("pl")
    await conversation.say("czy rozmawiam z automatem?", "are_you_a_bot")
    assert responses(conversation) == ["utter_i_am_a_bot", "utter_resume", "utter_ask_appointment_answer"]
    await conversation.say("tak", "affirm")
    assert outcome(conversation) == "confirmed"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_call_me_later(language: str) -> None:
    conversation = await appointment(language)
    await conversation.say({"pl": "nie mogę teraz", "en": "I'm driving", "ro": "sunt la volan"}[language], "call_back_later")
    assert asked(conversation) == "callback_time"


async def test_without_the_language_server() -> None:
    conversation = talk("pl", "P-1001")
    await conversation.open("reminder_appointment")
    await conversation.say("tak", "affirm", source="parsers")
    await conversation.say("przełożyć", source="parsers")
    assert asked(conversation) == "new_slot"
    await conversation.say("2", source="parsers")
    assert outcome(conversation) == "rescheduled"


async def test_buttons_carry_the_whole_way() -> None:
    conversation = talk("en", "P-1004")
    await conversation.open("reminder_appointment")
    for title in ("Yes", "A new time"):
        payload = next(b["payload"] for b in conversation.last.replies[-1].buttons if b["title"] == title)
        await conversation.say(payload)
    assert conversation.last.replies[-1].buttons[-1]["title"] == "None of these"
    await conversation.say(conversation.last.replies[-1].buttons[0]["payload"])
    assert outcome(conversation) == "rescheduled"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_appointment_spoken_of_first(language: str) -> None:
    conversation = talk(language, APPOINTED[language][0])
    await conversation.say({"pl": "przełóżcie mi wizytę", "en": "move my visit", "ro": "mutați programarea"}[language], "reschedule")
    assert asked(conversation) == "new_slot"
    await conversation.say("1")
    assert outcome(conversation) == "rescheduled"
    assert not conversation.state.closed  # they came to us: is there anything else?
    assert responses(conversation)[-1] == "utter_anything_else"


async def test_a_change_of_mind_after_goodbye() -> None:
    conversation = await appointment("en")
    await conversation.say("yes", "affirm")
    await conversation.say("sorry, I'll be ten minutes late after all", "running_late")
    assert outcome(conversation) == "late"


# ---- payment


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_invoice_is_named(language: str) -> None:
    conversation = await payment(language)
    assert responses(conversation) == ["utter_payment_is", "utter_ask_payment_answer"]
    told = conversation.last.replies[0].text
    assert {"pl": "349 zł", "en": "PLN 129.90", "ro": "415 lei"}[language] in told.replace("\xa0", " ")
    assert "FV/2026/" in told


@pytest.mark.parametrize(
    ("language", "words", "day"),
    [
        ("pl", "już zapłaciłem w poniedziałek", "2026-11-16"), ("en", "I paid it yesterday", "2026-11-17"), ("ro", "am plătit ieri", "2026-11-17"),
    ],
)  # fmt: skip
async def test_already_paid(language: str, words: str, day: str) -> None:
    conversation = await payment(language)
    await conversation.say(words, "already_paid")
    after = await record(conversation, "payment", OWING[language][1])
    assert (after["status"], after["paid_on"]) == ("said_paid", day)
    assert outcome(conversation) == "already_paid"
    assert "2" in conversation.last.replies[0].text
    assert said_goodbye(conversation)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_already_paid_asks_when(language: str) -> None:
    conversation = await payment(language)
    await conversation.say({"pl": "opłacone", "en": "it's settled", "ro": "am achitat"}[language], "already_paid")
    assert asked(conversation) == "paid_on"
    await conversation.say({"pl": "jutro", "en": "tomorrow", "ro": "mâine"}[language])
    assert responses(conversation) == ["utter_paid_in_future"]
    await conversation.say({"pl": "w piątek", "en": "on Friday", "ro": "vineri"}[language])
    assert (await record(conversation, "payment", OWING[language][1]))["paid_on"] == "2026-11-13"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_already_paid_but_the_day_is_forgotten(language: str) -> None:
    conversation = await payment(language)
    await conversation.say({"pl": "opłacone", "en": "it's settled", "ro": "am achitat"}[language], "already_paid")
    await conversation.say({"pl": "nie pamiętam", "en": "I don't remember", "ro": "nu îmi amintesc"}[language])
    assert (await record(conversation, "payment", OWING[language][1]))["paid_on"] is None
    assert outcome(conversation) == "already_paid"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_promise(language: str) -> None:
    conversation = await payment(language)
    words = {"pl": "zapłacę w piątek", "en": "I'll pay on Friday", "ro": "plătesc vineri"}
    await conversation.say(words[language], "promise_to_pay")
    assert asked(conversation) == "promise_sure"
    await conversation.say(YES[language], "affirm")
    promises = await conversation.records.find("promise", person=OWING[language][0])
    assert [(p["payment"], p["date"]) for p in promises] == [(OWING[language][1], "2026-11-20")]
    assert (await record(conversation, "payment", OWING[language][1]))["status"] == "promised"
    assert outcome(conversation) == "promise"
    assert said_goodbye(conversation)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_day_alone_is_a_promise(language: str) -> None:
    conversation = await payment(language)
    await conversation.say({"pl": "w piątek", "en": "on Friday", "ro": "vineri"}[language])
    assert asked(conversation) == "promise_sure"
    assert conversation.state.slots["promise_date"] == "2026-11-20"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_correction_of_the_promise(language: str) -> None:
    conversation = await payment(language)
    words = {"pl": "zapłacę w czwartek", "en": "I'll pay on Thursday", "ro": "plătesc joi"}
    await conversation.say(words[language], "promise_to_pay")
    second = {"pl": "nie, miałem na myśli piątek", "en": "no, I meant Friday", "ro": "nu, am vrut să zic vineri"}
    await conversation.say(second[language], "correct")
    assert asked(conversation) == "promise_sure"
    assert conversation.state.slots["promise_date"] == "2026-11-20"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_promise_too_far_or_past(language: str) -> None:
    conversation = await payment(language)
    await conversation.say({"pl": "zapłacę", "en": "I'll pay", "ro": "o să plătesc"}[language], "promise_to_pay")
    assert asked(conversation) == "promise_date"
    await conversation.say({"pl": "za dwa miesiące", "en": "in two months", "ro": "peste două luni"}[language])
    assert responses(conversation) == ["utter_promise_too_far"]
    await conversation.say({"pl": "wczoraj", "en": "yesterday", "ro": "ieri"}[language])
    assert responses(conversation) == ["utter_date_in_past"]
    await conversation.say({"pl": "jutro", "en": "tomorrow", "ro": "mâine"}[language])
    await conversation.say(NO[language], "deny")  # read back: not so
    assert asked(conversation) == "promise_date"
    await conversation.say({"pl": "w piątek", "en": "on Friday", "ro": "vineri"}[language])
    await conversation.say(YES[language], "affirm")
    assert outcome(conversation) == "promise"


async def test_a_promise_too_far_said_at_once_is_asked_again_with_the_limit() -> None:
    conversation = await payment("pl")
    await conversation.say("zapłacę za dwa miesiące", "promise_to_pay")
    assert asked(conversation) == "promise_date"
    assert "2 grudnia" in conversation.last.replies[-1].text


async def test_no_day_can_be_promised() -> None:
    conversation = await payment("en")
    await conversation.say("I'll pay some day", "promise_to_pay")
    await conversation.say("no, I can't", "deny")
    assert conversation.effect("handoff") == {"reason": "cannot_pay"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_cannot_pay(language: str) -> None:
    conversation = await payment(language)
    words = {"pl": "straciłem pracę", "en": "I lost my job", "ro": "am rămas fără serviciu"}[language]
    await conversation.say(words, "cannot_pay")
    assert responses(conversation) == ["utter_cannot_pay", "utter_handoff"]
    assert (await record(conversation, "payment", OWING[language][1]))["status"] == "open"
    assert conversation.effect("problem") == {"kind": "cannot_pay", "words": words}
    assert conversation.effect("handoff") == {"reason": "cannot_pay"}
    assert outcome(conversation) == "cannot_pay"


@pytest.mark.parametrize(
    ("language", "intent"), [("pl", "nlu_fallback"), ("en", "nlu_fallback"), ("pl", "deny"), ("en", "deny"), ("ro", "deny")]
)  # fmt: skip
async def test_dispute(language: str, intent: str) -> None:
    conversation = await payment(language)
    words = {"pl": "nie zgadzam się z tą fakturą", "en": "I don't agree with this invoice", "ro": "nu sunt de acord cu factura"}
    await conversation.say(words[language], intent)
    assert asked(conversation) == "dispute_words"
    said = {"pl": "miało być 249, a nie 349", "en": "I was charged for shipping twice", "ro": "prețul era de 315 lei"}[language]
    await conversation.say(said)
    tickets = await conversation.records.find("ticket", payment=OWING[language][1])
    assert [ticket["text"] for ticket in tickets] == [said]
    assert tickets[0]["id"] in conversation.last.replies[0].text
    assert (await record(conversation, "payment", OWING[language][1]))["status"] == "disputed"
    assert conversation.effect("handoff") == {"reason": "payment_dispute"}
    assert outcome(conversation) == "dispute"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_pay_now(language: str) -> None:
    conversation = await payment(language)
    texts = await conversation.say({"pl": "zapłacę teraz", "en": "I'll pay now", "ro": "plătesc acum"}[language], "promise_to_pay")
    assert "https://bryza.example/pay/" in texts[0]
    assert outcome(conversation) == "link_sent"
    assert said_goodbye(conversation)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_asks_what_is_in_the_way(language: str) -> None:
    conversation = await payment(language)
    await conversation.say(NO[language], "deny")
    assert asked(conversation) == "payment_trouble"
    await conversation.say({"pl": "kłopot z zapłatą", "en": "trouble paying", "ro": "greutăți la plată"}[language])
    assert conversation.effect("handoff") == {"reason": "cannot_pay"}


async def test_a_plain_refusal_stays_open() -> None:
    conversation = await payment("pl")
    await conversation.say("nie", "deny")
    await conversation.say("nie", "deny")
    assert asked(conversation) == "wants_person"
    await conversation.say("nie", "deny")
    assert outcome(conversation) == "refused"
    assert said_goodbye(conversation)


async def test_a_plain_refusal_and_a_person() -> None:
    conversation = await payment("pl")
    await conversation.say("nie", "deny")
    await conversation.say("nie", "deny")
    await conversation.say("tak", "affirm")
    assert conversation.effect("handoff") == {"reason": "payment"}


async def test_a_payment_spoken_of_first_still_asks_who_it_is() -> None:
    conversation = talk("en", "P-1004")
    texts = await conversation.say("I paid that invoice yesterday", "already_paid")
    assert asked(conversation) == "payer_confirmed"
    assert "129" not in " ".join(texts)
    await conversation.say("yes", "affirm")
    after = await record(conversation, "payment", "PAY-1004")
    assert (after["status"], after["paid_on"]) == ("said_paid", "2026-11-17")
    assert not conversation.state.closed


async def test_a_promise_spoken_of_first() -> None:
    conversation = talk("ro", "P-1005")
    await conversation.say("plătesc factura vineri", "promise_to_pay")
    await conversation.say("da", "affirm")
    assert asked(conversation) == "promise_sure"
    assert conversation.state.slots["promise_date"] == "2026-11-20"


async def test_payment_digression_and_resume() -> None:
    conversation = await payment("en")
    await conversation.say("are you a robot?", "are_you_a_bot")
    assert responses(conversation) == ["utter_i_am_a_bot", "utter_resume", "utter_ask_payment_answer"]


# ---- basket


@pytest.mark.parametrize("language", LANGUAGES)
async def test_resume(language: str) -> None:
    conversation = await basket(language)
    told = conversation.last.replies[0].text.replace("\xa0", " ")
    assert {"pl": "rękawice Szkwał", "en": "bike bell", "ro": "bidon termic"}[language] in told
    assert {"pl": "497 zł", "en": "PLN 158", "ro": "539 lei"}[language] in told
    texts = await conversation.say(YES[language], "affirm")
    assert SHOPPING[language][1] in texts[0]
    assert outcome(conversation) == "resumed"
    assert said_goodbye(conversation)


ASK_DISCOUNT = {"pl": "jest jakiś rabat?", "en": "is there a discount?", "ro": "aveți vreo reducere?"}


@pytest.mark.parametrize(("language", "price"), [("pl", "447,30 zł"), ("ro", "485,10 lei")])
async def test_discount_within_the_rules(language: str, price: str) -> None:
    conversation = await basket(language)
    texts = await conversation.say(ASK_DISCOUNT[language])
    given = await conversation.records.find("discount", person=SHOPPING[language][0])
    assert [discount["percent"] for discount in given] == [10]
    assert given[0]["id"] in texts[0]
    assert price in texts[0].replace("\xa0", " ")
    assert asked(conversation) == "basket_go_on"
    again = await conversation.say({"pl": "a większy rabat?", "en": "a bigger discount?", "ro": "o reducere mai mare?"}[language])
    assert given[0]["id"] in again[0]
    assert len(await conversation.records.find("discount", person=SHOPPING[language][0])) == 1
    await conversation.say(YES[language], "affirm")
    assert outcome(conversation) == "resumed"


async def test_discount_needs_a_bigger_basket() -> None:
    conversation = await basket("en")
    texts = await conversation.say(ASK_DISCOUNT["en"])
    assert responses(conversation)[0] == "utter_discount_too_small"
    assert "PLN 42" in texts[0].replace("\xa0", " ")
    assert await conversation.records.find("discount", person="P-1004") == []


async def test_discount_once_a_person() -> None:
    conversation = await basket("pl")
    old = {"person": "P-1003", "basket": "B-1", "percent": 10, "until": "2026-01-01", "status": "used"}
    await conversation.records.put("discount", "BRYZA10-1001", old)
    await conversation.say(ASK_DISCOUNT["pl"])
    assert responses(conversation)[0] == "utter_discount_used"


async def test_no_discount_rule() -> None:
    conversation = await basket("pl")
    plain = {k: v for k, v in (await record(conversation, "basket", "B-1003")).items() if k != "discount"}
    await conversation.records.put("basket", "B-1003", plain)
    await conversation.say(ASK_DISCOUNT["pl"])
    assert responses(conversation)[0] == "utter_discount_none"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("words", "kind", "effect"),
    [
        ({"pl": "za drogo", "en": "too expensive", "ro": "e prea scump"}, "basket_price", "problem"),
        ({"pl": "dostawa trwa za długo", "en": "delivery takes too long", "ro": "livrarea durează prea mult"}, "basket_delivery", "problem"),
        ({"pl": "wzięłam gdzie indziej", "en": "I bought it elsewhere", "ro": "am luat din altă parte"}, "basket_elsewhere", "problem"),
        ({"pl": "zły kolor", "en": "the wrong colour", "ro": "nu e culoarea potrivită"}, "basket_other", "problem"),
        ({"pl": "nie teraz", "en": "not now", "ro": "nu acum"}, "ask_again_later", "opportunity"),
    ],
)  # fmt: skip
async def test_not_interested(language: str, words: dict[str, str], kind: str, effect: str) -> None:
    conversation = await basket(language)
    await conversation.say({"pl": "nie, dziękuję", "en": "no thanks", "ro": "nu, mulțumesc"}[language], "deny")
    assert asked(conversation) == "basket_reason"
    await conversation.say(words[language])
    assert kind in [e.data["kind"] for e in conversation.effects if e.kind == effect]
    assert (await record(conversation, "basket", SHOPPING[language][1]))["status"] == "declined"
    assert outcome(conversation) == "not_interested"
    assert said_goodbye(conversation)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_not_interested_without_a_reason(language: str) -> None:
    conversation = await basket(language)
    words = {"pl": "nie jestem zainteresowana", "en": "not interested", "ro": "nu mă interesează"}
    await conversation.say(words[language], "not_interested")
    await conversation.say({"pl": "pomiń", "en": "skip", "ro": "trec peste"}[language])
    assert conversation.effect("problem") is None
    assert outcome(conversation) == "not_interested"


async def test_a_reason_by_button() -> None:
    conversation = await basket("en")
    await conversation.say("no", "deny")
    await conversation.say("/SetSlots(basket_reason=price)")
    assert conversation.effect("problem") == {"kind": "basket_price", "words": "price"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_question_that_is_known(language: str) -> None:
    question = {"pl": "czy kask ma regulację?", "en": "is the light waterproof?", "ro": "rucsacul este impermeabil?"}[language]
    conversation = await basket(language, answers=[Answer("q", question, "42.", "https://bryza.example/faq", 0.95)])
    await conversation.say({"pl": "mam pytanie", "en": "I have a question", "ro": "am o întrebare"}[language])
    assert asked(conversation) == "basket_question"
    texts = await conversation.say(question)
    assert texts[0].startswith("42.")
    assert asked(conversation) == "basket_go_on"
    await conversation.say(YES[language], "affirm")
    assert outcome(conversation) == "resumed"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_question_that_is_not_known(language: str) -> None:
    conversation = await basket(language)
    await conversation.say({"pl": "mam pytanie", "en": "I have a question", "ro": "am o întrebare"}[language])
    await conversation.say({"pl": "z czego jest podszewka", "en": "what is the lining made of", "ro": "din ce este căptușeala"}[language])
    assert responses(conversation)[0] == "utter_question_unknown"
    assert asked(conversation) == "wants_person"
    await conversation.say(YES[language], "affirm")
    assert conversation.effect("handoff") == {"reason": "basket_question"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_question_in_between_and_back(language: str) -> None:
    question = {"pl": "jaki jest rozmiar kasku?", "en": "does the light come with batteries?", "ro": "ce mărime are rucsacul?"}[language]
    conversation = await basket(language, answers=[Answer("q", question, "42.", "https://bryza.example/faq", 0.95)])
    texts = await conversation.say(question, "product_question")
    assert any("42." in text for text in texts)
    assert asked(conversation) == "basket_answer"
    assert "utter_resume" in responses(conversation)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_stop(language: str) -> None:
    conversation = await basket(language)
    await conversation.say({"pl": "nie piszcie więcej", "en": "stop texting me", "ro": "nu-mi mai scrieți"}[language], "opt_out")
    assert conversation.effect("opt_out") is not None
    assert conversation.state.closed


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_person_at_any_moment(language: str) -> None:
    conversation = await basket(language)
    await conversation.say({"pl": "chcę z człowiekiem", "en": "a human please", "ro": "vreau un om"}[language], "speak_to_human")
    assert conversation.effect("handoff") == {"reason": "asked_for_person"}


# ---- SMS

_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def sms_parts(text: str) -> int:
    one, more = (160, 153) if set(text) <= _GSM else (70, 67)
    return 1 if len(text) <= one else math.ceil(len(text) / more)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "who"), [("appointment", APPOINTED), ("payment", OWING), ("basket", SHOPPING)])
async def test_the_opening_fits_two_sms(kind: str, who: dict[str, tuple[str, str]], language: str) -> None:
    conversation = talk(language, who[language][0], channel="sms")
    assert sms_parts("\n".join(await conversation.open(f"reminder_{kind}"))) <= 2
    assert sms_parts("\n".join(await conversation.say(YES[language], "affirm"))) <= 2
