"""The shop's support conversations, walked in memory in all three languages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dialogs.actions.orders import masked, mentioned
from dialogs.actions.payments import valid_tax_id
from dialogs.scene import Answer
from tests.talk import NOW, ROOT, Talk, runtime

LANGUAGES = ("pl", "en", "ro")
PERSON = {"pl": "P-1001", "en": "P-1004", "ro": "P-1005"}
SHIPPED = {"pl": "VX-104233", "en": "VX-104236", "ro": "VX-104237"}
UNSENT = {"pl": "VX-104251", "en": "VX-104255", "ro": "VX-104256"}
DELIVERED = {"pl": "VX-104198", "en": "VX-104188", "ro": "VX-104190"}
OLD = {"pl": "VX-104017", "en": "VX-104012", "ro": "VX-104019"}
POSTCODE = {"pl": "00-623", "en": "SW1A 1AA", "ro": "010071"}
EMAIL = {"pl": "anna.nowak@example.com", "en": "emily.clarke@example.com", "ro": "andrei.popescu@example.com"}
YES, NO = {"pl": "tak", "en": "yes", "ro": "da"}, {"pl": "nie", "en": "no", "ro": "nu"}
FLOWS = runtime()


def talk(language: str, person: str | None = None, **more: Any) -> Talk:
    return Talk(language, PERSON[language] if person is None else person, flows=FLOWS, **more)


def text(replies: list[str]) -> str:
    return "\n".join(replies)


def outcome(of: Talk) -> str:
    return str((of.effect("outcome") or {}).get("outcome"))


async def order(of: Talk, number: str) -> dict[str, Any]:
    found = await of.records.get("order", number)
    assert found is not None
    return found


# ---- opening


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_opening_offers_what_can_be_done(language: str) -> None:
    t = talk(language, "")
    assert len(await t.open("support")) == 2
    payloads = [b["payload"] for b in t.last.replies[-1].buttons]
    assert "/order_status" in payloads
    assert "/return_item" in payloads
    assert not t.state.stack
    for payload in payloads:
        fresh = talk(language, "")
        await fresh.open("support")
        assert await fresh.say(payload)
        assert fresh.last.understood, payload


@pytest.mark.parametrize("intent", ["order_status", "return_item", "product_question"])
async def test_these_flows_stay_out_of_a_job_interview(intent: str) -> None:
    t = talk("pl", "")
    t.kind = "preselection"
    await t.say("gdzie jest moja paczka", intent)
    assert not t.state.stack


# ---- which order


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("pl", "gdzie jest moja paczka"), ("en", "where is my parcel"), ("ro", "unde este coletul meu")],
)
async def test_a_known_person_hears_the_status_at_once(language: str, sentence: str) -> None:
    t = talk(language)
    said = text(await t.say(sentence, "order_status"))
    assert SHIPPED[language] in said
    assert {"pl": "jutro", "en": "tomorrow", "ro": "mâine"}[language] in said
    assert outcome(t) == "answered"
    assert (t.effect("goal") or {})["stage"] == "purchase"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("proof", [POSTCODE, EMAIL], ids=["postcode", "e-mail"])
async def test_a_stranger_proves_the_order_first(language: str, proof: dict[str, str]) -> None:
    t = talk(language, "")
    asked = await t.say("?", "order_status")
    assert "VX-" in text(asked)
    assert "DPD" not in text(await t.say(SHIPPED[language]))
    said = text(await t.say(proof[language]))
    assert {"pl": "w drodze", "en": "on its way", "ro": "pe drum"}[language] in said


async def test_the_number_in_the_first_sentence_counts() -> None:
    t = talk("pl", "")
    await t.say("gdzie jest zamówienie VX-104233", "order_status")
    assert t.state.awaiting is not None
    assert t.state.awaiting.slot == "order_proof"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_foreign_order_and_none_at_all_sound_the_same(language: str) -> None:
    answers = []
    for number in ("VX-104260", "VX-109999"):
        t = talk(language, "")
        said = [*await t.say("?", "order_status"), *await t.say(number), *await t.say("nobody@example.com")]
        said += [*await t.say(number), *await t.say("99-999")]
        answers.append(text(said))
        assert (t.effect("handoff") or {})["reason"] == "not_verified"
        assert "InPost" not in text(said)
    assert answers[0] == answers[1]


async def test_somebody_elses_number_does_not_help_a_known_person() -> None:
    t = talk("pl")
    said = await t.say("gdzie jest zamówienie 104260", "order_status")
    said += await t.say("00-623")
    assert "kurtka" not in text(said)
    assert t.state.awaiting is not None
    assert t.state.awaiting.slot == "order_choice"
    assert "104233" in text(await t.say("czajnik")) or "w drodze" in t.last.replies[0].text


async def test_several_orders_are_offered_by_name() -> None:
    t = talk("pl", "P-1003")
    await t.say("gdzie moja paczka", "order_status")
    titles = [b["title"] for b in t.last.replies[-1].buttons]
    assert titles[0].startswith("VX-104247 – czołówka Iskra")
    said = text(await t.say("śpiwór"))
    assert "Przepraszamy" in said
    await t.say("tak")
    assert (t.effect("handoff") or {})["reason"] == "late_delivery"
    assert (t.effect("problem") or {}) == {"kind": "late_delivery", "words": "gdzie moja paczka"}


async def test_another_order_than_those_offered() -> None:
    t = talk("pl", "P-1003")
    await t.say("gdzie moja paczka", "order_status")
    await t.say("inne zamówienie")
    assert t.state.awaiting is not None
    assert t.state.awaiting.slot == "order_number"
    assert "doręczona" in text(await t.say("104102"))


async def test_without_a_number_a_person_is_offered() -> None:
    t = talk("en", "")
    await t.say("where is it", "order_status")
    await t.say("I don't have it", "deny")
    await t.say("yes")
    assert (t.effect("handoff") or {})["reason"] == "order_not_found"


async def test_an_unpaid_order_can_be_paid_from_its_status() -> None:
    t = talk("pl", "P-1002")
    await t.say("co z moim zamówieniem", "order_status")
    assert "bryza.example/pay/L-1001" in text(await t.say("tak"))


@pytest.mark.parametrize("number", ["VX-104251", "104251", "ten namiot"])
async def test_the_order_taken_by_the_bot_can_be_corrected(number: str) -> None:
    t = talk("pl")
    await t.say("chcę zwrócić zamówienie", "return_item")
    assert t.state.slots["return_order"] == "VX-104198"
    said = await t.say(f"nie, chodzi mi o {number}")
    assert t.state.slots["return_order"] == "VX-104251"
    assert "anul" in text(said)


# ---- delivery


@pytest.mark.parametrize(
    ("language", "sentence", "address"),
    [
        ("pl", "chcę zmienić adres dostawy", "ul. Mokotowska 5, 00-640 Warszawa"),
        ("en", "can you change the delivery address", "22 Strand, London WC2R 0DW"),
        ("ro", "vreau altă adresă de livrare", "Str. Lipscani 5, București"),
    ],
)
async def test_change_of_address(language: str, sentence: str, address: str) -> None:
    t = talk(language)
    await t.say(sentence, "change_delivery")
    assert address in text(await t.say(address))
    assert t.state.slots["change_confirmed"] is None
    await t.say(YES[language])
    assert (await order(t, UNSENT[language]))["address"] == address
    assert outcome(t) == "delivery_changed"
    assert not t.state.stack


@pytest.mark.parametrize(
    ("language", "change", "cue"),
    [
        ("pl", "nie, jednak do paczkomatu", "Który"),
        ("en", "no, a parcel locker instead", "locker"),
        ("ro", "nu, de fapt la locker", "locker"),
    ],
)
async def test_change_of_mind_about_the_way(language: str, change: str, cue: str) -> None:
    t = talk(language)
    await t.say("?", "change_delivery")
    await t.say({"pl": "inny adres", "en": "another address", "ro": "altă adresă"}[language])
    assert cue in text(await t.say(change))
    await t.say("1")
    await t.say(YES[language])
    changed = await order(t, UNSENT[language])
    assert changed["point"] == {"pl": "WAW117M", "en": "LON014", "ro": "BUC05"}[language]


async def test_correcting_the_address_by_its_name() -> None:
    t = talk("pl")
    await t.say("zmień adres dostawy", "change_delivery")
    await t.say("Polna 1, Warszawa")
    await t.say("zmień adres", "change_delivery")
    await t.say("Polna 2, Warszawa")
    await t.say("tak")
    assert (await order(t, UNSENT["pl"]))["address"] == "Polna 2, Warszawa"


async def test_an_address_without_a_number_is_refused() -> None:
    t = talk("pl")
    await t.say("zmień adres dostawy", "change_delivery")
    assert "numer" in text(await t.say("na Puławską"))


@pytest.mark.parametrize(
    ("language", "sunday", "tuesday"),
    [("pl", "w niedzielę", "24 listopada"), ("en", "on Sunday", "24 November"), ("ro", "duminică", "24 noiembrie")],
)
async def test_another_day(language: str, sunday: str, tuesday: str) -> None:
    t = talk(language)
    await t.say("?", "change_delivery")
    await t.say({"pl": "inny dzień", "en": "another day", "ro": "altă zi"}[language])
    await t.say(sunday)
    assert t.state.slots.get("new_day") is None
    assert tuesday in text(await t.say(tuesday))
    await t.say(YES[language])
    assert (await order(t, UNSENT[language]))["eta"] == "2026-11-24"


async def test_the_day_in_the_first_sentence_counts() -> None:
    t = talk("pl")
    said = await t.say("przełóżcie dostawę na wtorek", "change_delivery")
    assert "24 listopada" in text(said)
    assert t.state.awaiting is not None
    assert t.state.awaiting.slot == "change_confirmed"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_under_way_cannot_be_changed_here(language: str) -> None:
    t = talk(language, "")
    await t.say(f"? {SHIPPED[language]}", "change_delivery")
    said = text(await t.say(POSTCODE[language]))
    assert (await order(t, SHIPPED[language]))["tracking"] in said
    assert outcome(t) == "too_late_shipped"


# ---- cancelling


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("pl", "chcę anulować zamówienie"), ("en", "please cancel my order"), ("ro", "vreau să anulez comanda")],
)
async def test_cancel(language: str, sentence: str) -> None:
    t = talk(language)
    await t.say(sentence, "cancel_order")
    said = text(await t.say(YES[language]))
    assert "F-1004" in said
    assert (await order(t, UNSENT[language]))["status"] == "cancelled"
    assert (t.effect("problem") or {}) == {"kind": "order_cancelled", "words": sentence}
    assert outcome(t) == "order_cancelled"


async def test_cancel_not_after_all() -> None:
    t = talk("pl")
    await t.say("anuluj zamówienie", "cancel_order")
    await t.say("nie")
    assert (await order(t, UNSENT["pl"]))["status"] == "paid"
    assert outcome(t) == "order_kept"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_too_late_to_cancel_becomes_a_return(language: str) -> None:
    t = talk(language)
    await t.say(f"? {SHIPPED[language]}", "cancel_order")
    assert t.state.awaiting is not None
    assert t.state.awaiting.slot == "return_instead"
    await t.say(YES[language])
    assert t.state.stack[-1].flow == "return_item"
    assert t.state.slots["return_order"] == SHIPPED[language]


async def test_the_parcel_leaves_while_the_question_stands() -> None:
    t = talk("pl")
    await t.say("anuluj zamówienie", "cancel_order")
    await t.records.put("order", UNSENT["pl"], {**await order(t, UNSENT["pl"]), "status": "shipped"})
    said = text(await t.say("tak"))
    assert "w drodze" in said
    assert (await order(t, UNSENT["pl"]))["status"] == "shipped"


# ---- return

RETURN = {
    "pl": ("chcę zwrócić buty", "za małe", "zwrot pieniędzy"),
    "en": ("I want to return the boots", "too small", "refund"),
    "ro": ("vreau să returnez bocancii", "prea mici", "banii înapoi"),
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_return(language: str) -> None:
    t = talk(language)
    sentence, reason, wish = RETURN[language]
    said = await t.say(sentence, "return_item")
    assert DELIVERED[language] in text(said)
    await t.say(reason)
    recap = text(await t.say(wish))
    assert {"pl": "buty", "en": "boots", "ro": "bocanci"}[language] in recap
    said = await t.say(YES[language])
    assert "R-1001" in text(said)
    assert EMAIL[language] not in text(said)
    kept = await t.records.get("return", "R-1001")
    assert kept is not None
    assert kept["items"] == [{"sku": "BOO-RYSY", "qty": 1}]
    assert (kept["reason"], kept["wish"], kept["words"]) == ("does_not_fit", "refund", reason)
    assert outcome(t) == "return_created"
    assert not t.state.stack


@pytest.mark.parametrize(
    ("language", "correction"),
    [("pl", "nie, jednak wymiana"), ("en", "actually an exchange"), ("ro", "nu, de fapt schimb")],
)
async def test_return_corrected_at_the_recap(language: str, correction: str) -> None:
    t = talk(language)
    for line in RETURN[language][:1]:
        await t.say(line, "return_item")
    for line in RETURN[language][1:]:
        await t.say(line)
    await t.say(correction)
    assert t.state.awaiting is not None
    assert t.state.awaiting.slot == "exchange_for"
    assert "43" in text(await t.say("43"))
    await t.say(YES[language])
    assert (await t.records.get("return", "R-1001") or {})["exchange_for"] == "43"
    assert (t.effect("opportunity") or {}) == {"kind": "exchange_wanted", "about": "43"}


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("pl", "Ile mam czasu na zwrot?", "30 dni"),
        ("en", "How long do I have to return something?", "30 days"),
        ("ro", "Cât timp am pentru retur?", "30 de zile"),
    ],
)
async def test_a_question_in_mid_return_is_answered_and_the_return_goes_on(language: str, question: str, answer: str) -> None:
    t = talk(language, answers=faq(language))
    await t.say(RETURN[language][0], "return_item")
    said = text(await t.say(question, "product_question"))
    assert answer in said
    assert "§ 1" in said
    assert {"pl": "zwrot", "en": "return", "ro": "retur"}[language] in said
    assert t.state.awaiting is not None
    assert t.state.awaiting.slot == "return_reason"
    await t.say(RETURN[language][1])
    await t.say(RETURN[language][2])
    assert "R-1001" in text(await t.say(YES[language]))


async def test_asking_for_another_order_in_mid_return_does_not_mix_them_up() -> None:
    t = talk("pl")
    await t.say("chcę zwrócić buty", "return_item")
    assert "VX-104233" in text(await t.say("gdzie jest moja paczka", "order_status"))
    await t.say("za małe")
    await t.say("zwrot pieniędzy")
    await t.say("tak")
    assert (await t.records.get("return", "R-1001") or {})["order"] == "VX-104198"


async def test_which_things_how_many_and_more() -> None:
    t = talk("pl", "P-1002")
    await t.say("chcę zwrócić skarpety", "return_item")
    assert "3" in text(await t.say("7"))
    await t.say("2")
    await t.say("plecak")
    await t.say("nic więcej")
    await t.say("nie podobają się")
    recap = text(await t.say("zwrot pieniędzy"))
    assert "skarpety Wir × 2" in recap
    await t.say("nie")
    await t.say("powód")
    await t.say("za małe")
    await t.say("tak")
    kept = await t.records.get("return", "R-1001") or {}
    assert kept["items"] == [{"sku": "SOC-WIR", "qty": 2}, {"sku": "BAG-SZLAK40", "qty": 1}]
    assert kept["reason"] == "does_not_fit"


async def test_counting_out_an_item_fills_nothing_else() -> None:
    t = talk("en")
    await t.say("I want to return something", "return_item")
    await t.say("the second one")
    assert t.state.awaiting is not None
    assert t.state.awaiting.slot == "return_reason"


async def test_another_order_at_the_recap() -> None:
    t = talk("pl")
    await t.say("chcę zwrócić buty", "return_item")
    await t.say("za małe")
    await t.say("zwrot pieniędzy")
    await t.say("nie")
    await t.say("zamówienie")
    assert t.state.awaiting is not None
    assert t.state.awaiting.slot == "order_choice"
    await t.say("czajnik")
    assert "czajnik Fala" in t.last.replies[-1].text
    await t.say("tak")
    assert (await t.records.get("return", "R-1001") or {})["order"] == "VX-104233"


async def test_giving_up_at_the_recap() -> None:
    t = talk("pl")
    await t.say("chcę zwrócić buty", "return_item")
    await t.say("za małe")
    await t.say("zwrot pieniędzy")
    await t.say("nie")
    await t.say("rezygnacja ze zwrotu")
    assert outcome(t) == "given_up"
    assert await t.records.find("return") == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("pl", "chcę zwrócić plecak"), ("en", "I want to return the kettle"), ("ro", "vreau să returnez fierbătorul")],
)
async def test_too_late_to_return(language: str, sentence: str) -> None:
    t = talk(language)
    said = text(await t.say(sentence, "return_item"))
    assert "30" in said
    assert outcome(t) == "return_too_late"
    assert (t.effect("problem") or {})["words"] == sentence
    await t.say(YES[language])
    assert (t.effect("handoff") or {})["reason"] == "return_too_late"


async def test_outlet_goods_have_14_days() -> None:
    t = talk("pl", "P-1003")
    assert "14 dni" in text(await t.say("zwrot kurtki", "return_item"))


@pytest.mark.parametrize(("days", "late"), [(22, False), (23, True)])
async def test_the_last_day_counts(days: int, late: bool) -> None:
    t = talk("pl")
    t.now = NOW + timedelta(days=days)  # delivered 8 days before NOW
    await t.say("zwrot, zamówienie 104198", "return_item")
    assert (t.state.slots["return_case"] == "late") is late


async def test_everything_is_on_its_way_back_already() -> None:
    t = talk("pl")
    for line in ("chcę zwrócić zamówienie 104198", "wszystko", "za małe", "zwrot pieniędzy", "tak"):
        await t.say(line, "return_item" if "chcę" in line else "nlu_fallback")
    assert "R-1001" in text(await t.say("chcę zwrócić zamówienie 104198", "return_item"))
    assert outcome(t) == "already_returned"


async def test_what_was_not_sent_is_cancelled_instead() -> None:
    t = talk("pl")
    await t.say("chcę zwrócić namiot", "return_item")
    await t.say("tak")
    assert t.state.stack[-1].flow == "cancel_order"
    await t.say("tak")
    assert (await order(t, UNSENT["pl"]))["status"] == "cancelled"


@pytest.mark.parametrize(
    ("language", "sentence", "words", "wish"),
    [
        ("pl", "chcę zwrócić buty, są uszkodzone", "odkleiła się podeszwa po tygodniu", "wymiana"),
        ("en", "I want to return the boots, they are damaged", "the sole came off after a week", "a new one"),
        ("ro", "vreau să returnez bocancii, sunt defecți", "s-a desprins talpa după o săptămână", "înlocuire"),
    ],
)
async def test_a_faulty_thing_becomes_a_complaint(language: str, sentence: str, words: str, wish: str) -> None:
    t = talk(language)
    await t.say(sentence, "return_item")
    assert t.state.stack[-1].flow == "report_problem"
    await t.say(words)
    assert "T-1001" in text(await t.say(wish))
    ticket = await t.records.get("ticket", "T-1001") or {}
    assert (ticket["order"], ticket["item"], ticket["wish"], ticket["text"]) == (DELIVERED[language], "BOO-RYSY", "replace", words)


# ---- refund


@pytest.mark.parametrize(
    ("language", "person", "shown"),
    [("pl", "P-1002", "F-1001"), ("en", "P-1004", "T-1001"), ("ro", "P-1005", "F-1003")],
    ids=["sent", "late", "ordered"],
)
async def test_refund(language: str, person: str, shown: str) -> None:
    t = talk(language, person)
    assert shown in text(await t.say("?", "refund_status"))
    assert outcome(t) == ("ticket_created" if shown == "T-1001" else "answered")


async def test_refund_of_a_return_under_way() -> None:
    t = talk("pl")
    for line in RETURN["pl"]:
        await t.say(line, "return_item" if "chcę" in line else "nlu_fallback")
    await t.say("tak")
    assert "R-1001" in text(await t.say("gdzie moje pieniądze", "refund_status"))


async def test_no_refund_in_sight() -> None:
    t = talk("pl")
    await t.say("kiedy zwrot pieniędzy za zamówienie 104233", "refund_status")
    await t.say("tak")
    assert (t.effect("handoff") or {})["reason"] == "refund_check"


# ---- invoice


@pytest.mark.parametrize(
    ("language", "sentence", "tax", "name"),
    [
        ("pl", "potrzebuję faktury na firmę, zamówienie 104251", "525-248-04-31", "Exempli sp. z o.o., Prosta 1, Warszawa"),
        ("en", "I need a company invoice for 104255", "GB 123 4567 82", "Example Ltd, 1 High Street, London"),
        ("ro", "vreau factură pe firmă pentru comanda 104256", "RO14399840", "SC Exemplu SRL, Cluj"),
    ],
)
async def test_invoice_for_a_company(language: str, sentence: str, tax: str, name: str) -> None:
    t = talk(language)
    await t.say(sentence, "invoice_request")
    await t.say("12345")
    assert t.state.awaiting is not None
    assert t.state.awaiting.slot == "tax_id"
    await t.say(tax)
    recap = text(await t.say(name))
    assert name in recap
    assert EMAIL[language] not in recap
    assert masked(EMAIL[language]) in recap
    await t.say(
        {"pl": "zmień mail na biuro@firma.pl", "en": "change the email to biuro@firma.pl", "ro": "schimb emailul: biuro@firma.pl"}[language]
    )
    await t.say(YES[language])
    kept = await t.records.get("invoice", "FV-1002") or {}
    assert (kept["order"], kept["name"], kept["email"]) == (UNSENT[language], name, "biuro@firma.pl")
    assert outcome(t) == "invoice_requested"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_private_invoice(language: str) -> None:
    t = talk(language)
    await t.say(f"? {UNSENT[language]}", "invoice_request")
    await t.say({"pl": "na osobę prywatną", "en": "private", "ro": "persoană fizică"}[language])
    await t.say(YES[language])
    kept = await t.records.get("invoice", "FV-1002") or {}
    assert (kept["kind"], kept["tax_id"], kept["email"]) == ("private", None, EMAIL[language])


async def test_a_company_without_a_tax_number_is_private() -> None:
    t = talk("pl")
    await t.say("faktura na firmę do zamówienia 104251", "invoice_request")
    await t.say("nie mam", "deny")
    await t.say("tak")
    assert (await t.records.get("invoice", "FV-1002") or {})["kind"] == "private"


async def test_three_wrong_tax_numbers_bring_a_person() -> None:
    t = talk("pl")
    await t.say("faktura na firmę do zamówienia 104251", "invoice_request")
    said = [await t.say("1234567890") for _ in range(3)]
    assert (t.effect("handoff") or {})["reason"] == "tax_number"
    assert len({text(replies) for replies in said}) == 3


async def test_a_copy_of_an_invoice() -> None:
    t = talk("pl")
    await t.say("faktura do butów", "invoice_request")
    assert "FV-1001" in text(await t.say("tak"))
    assert outcome(t) == "invoice_sent"


async def test_the_recap_of_an_invoice_can_be_put_right() -> None:
    t = talk("pl")
    await t.say("faktura na osobę prywatną do zamówienia 104251", "invoice_request")
    await t.say("nie")
    await t.say("dane na fakturze")
    await t.say("na firmę")
    await t.say("5252480431")
    assert "Exempli" in text(await t.say("Exempli sp. z o.o."))
    await t.say("nie")
    await t.say("rezygnacja z faktury")
    assert outcome(t) == "given_up"
    assert await t.records.get("invoice", "FV-1002") is None


@pytest.mark.parametrize("digits", ["5252480431", "14399840", "123456782", "18547290"])
def test_good_tax_numbers(digits: str) -> None:
    assert valid_tax_id(digits)


@pytest.mark.parametrize("digits", ["", "0", "12345", "5252480432", "0000000000", "123456789012", "14399841"])
def test_bad_tax_numbers(digits: str) -> None:
    assert not valid_tax_id(digits)


# ---- payment


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("pl", "płatność została odrzucona"), ("en", "my payment was declined"), ("ro", "plata a fost respinsă")],
)
async def test_a_declined_payment_gets_a_new_link(language: str, sentence: str) -> None:
    t = talk(language, "P-1002")
    said = text(await t.say(sentence, "payment_problem"))
    assert "bryza.example/pay/L-1001" in said
    assert (t.effect("problem") or {}) == {"kind": "payment_declined", "words": sentence}
    assert (await t.records.get("payment_link", "L-1001") or {})["order"] == "VX-104260"


async def test_no_link_is_read_out_on_the_phone() -> None:
    t = talk("pl", "P-1002", channel="phone")
    assert "https" not in text(await t.say("płatność została odrzucona", "payment_problem"))


async def test_a_paid_order_need_not_be_paid_again() -> None:
    t = talk("pl")
    await t.say("przelew nie dotarł, zamówienie 104251", "payment_problem")
    assert await t.records.find("payment_link") == []
    assert outcome(t) == "answered"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("pl", "pobrało mi pieniądze dwa razy"), ("en", "you charged me twice"), ("ro", "mi-ați luat banii de două ori")],
)
async def test_charged_twice_becomes_a_ticket(language: str, sentence: str) -> None:
    t = talk(language, "P-1002")
    assert "T-1001" in text(await t.say(sentence, "payment_problem"))
    assert (await t.records.get("ticket", "T-1001") or {})["text"] == sentence


async def test_a_young_transfer_is_looked_for_when_wanted() -> None:
    t = talk("en", "P-1002")
    await t.say("?", "payment_problem")
    await t.say("transfer")
    assert "T-1001" in text(await t.say("yes"))


async def test_another_trouble_in_own_words() -> None:
    t = talk("ro", "P-1002")
    await t.say("?", "payment_problem")
    await t.say("altceva")
    said = text(await t.say("codul de reducere a dispărut la plată"))
    assert "T-1001" in said
    assert (await t.records.get("ticket", "T-1001") or {})["text"] == "codul de reducere a dispărut la plată"


async def test_the_number_said_first_survives_the_question_in_between() -> None:
    t = talk("pl")
    await t.say("gdzie jest zamówienie 104251", "order_status")
    await t.say("mam kłopot z zapłatą za 104251", "payment_problem")
    await t.say("odrzucona")
    assert t.state.slots["order_id"] == "VX-104251"


# ---- fault


@pytest.mark.parametrize(
    ("language", "sentence", "words", "wish", "kind"),
    [
        ("pl", "buty się rozpadły", "pękła podeszwa w lewym bucie", "naprawa", "repair"),
        ("en", "the bottle leaks", "it drips from the lid since day one", "refund", "refund"),
        ("ro", "sacul de dormit are fermoarul rupt", "fermoarul nu se mai închide", "reparație", "repair"),
    ],
)
async def test_a_fault_becomes_a_ticket(language: str, sentence: str, words: str, wish: str, kind: str) -> None:
    t = talk(language)
    await t.say(sentence, "report_problem")
    await t.say(words)
    assert "T-1001" in text(await t.say(wish))
    ticket = await t.records.get("ticket", "T-1001") or {}
    assert (ticket["order"], ticket["wish"], ticket["text"]) == (DELIVERED[language], kind, words)
    assert (t.effect("problem") or {}) == {"kind": "defect", "words": words}


async def test_a_fault_asks_which_order_and_thing() -> None:
    t = talk("pl")
    await t.say("coś jest zepsute", "report_problem")
    await t.say("/SetSlots(order_choice=VX-104198)")
    await t.say("czołówka")
    assert "więcej" in text(await t.say("a")) or "dokładniej" in t.last.replies[0].text
    await t.say("nie świeci po naładowaniu")
    await t.say("wymiana na nowy")
    assert (await t.records.get("ticket", "T-1001") or {})["item"] == "LAM-ISKRA"


async def test_no_fault_in_what_was_not_sent() -> None:
    t = talk("pl")
    await t.say("namiot jest zepsuty", "report_problem")
    assert outcome(t) == "not_possible"
    assert not t.state.stack


# ---- questions


def faq(language: str, score: float = 0.95) -> list[Answer]:
    entries = yaml.safe_load((ROOT / "bot" / "demo" / "faq.yml").read_text(encoding="utf-8"))
    return [Answer(e["id"], e["title"][language], e["text"][language], e["source"][language], score) for e in entries]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_opening_hours_are_found_however_they_are_asked(language: str) -> None:
    t = talk(language, "", answers=faq(language))
    assert "10–20" in text(await t.say("???", "opening_hours"))
    assert outcome(t) == "answered"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_product_questions_leave_an_opportunity(language: str) -> None:
    answers = faq(language)
    t = talk(language, "", answers=answers)
    kettle = next(a for a in answers if a.id == "kettle_capacity")
    said = text(await t.say(kettle.title, "product_question"))
    assert kettle.text in said
    assert kettle.source in said
    assert (t.effect("opportunity") or {})["kind"] == "product_interest"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_unknown_question_goes_to_a_colleague_when_wanted(language: str) -> None:
    t = talk(language, "", answers=faq(language))
    await t.say("xyz?", "product_question")
    assert (t.effect("problem") or {}) == {"kind": "unknown_question", "words": "xyz?"}
    said = await t.say(YES[language])
    assert "T-1001" in text(said)
    assert (t.effect("handoff") or {})["reason"] == "unknown_question"
    assert (await t.records.get("ticket", "T-1001") or {})["text"] == "xyz?"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_unknown_question_need_not_go_anywhere(language: str) -> None:
    t = talk(language, "", answers=faq(language))
    await t.say("xyz?", "product_question")
    await t.say(NO[language])
    assert t.effect("handoff") is None
    assert not t.state.stack


async def test_a_doubtful_answer_is_checked() -> None:
    t = talk("pl", "", answers=faq("pl", 0.88))
    said = await t.say("Czy zwrot jest darmowy?", "product_question")
    assert "odesłanie jest na nasz koszt" in text(said)
    await t.say("nie")
    assert t.state.awaiting is not None
    assert t.state.awaiting.slot == "ask_colleague"
    t = talk("pl", "", answers=faq("pl", 0.88))
    await t.say("Czy zwrot jest darmowy?", "product_question")
    await t.say("tak")
    assert not t.state.stack


async def test_a_next_question_instead_of_yes_or_no() -> None:
    t = talk("en", "", answers=faq("en"))
    await t.say("xyz?", "product_question")
    assert "2 years" in text(await t.say("How long is the warranty?", "product_question"))


async def test_a_question_from_a_button_is_asked_for() -> None:
    t = talk("ro", "", answers=faq("ro"))
    await t.say("/answer_question")
    assert "transportul este pe costul nostru" in text(await t.say("Returul este gratuit?", "product_question"))
    assert outcome(t) == "answered"
    assert not t.state.stack


# ---- the material


def test_the_faq_is_complete() -> None:
    entries = yaml.safe_load((ROOT / "bot" / "demo" / "faq.yml").read_text(encoding="utf-8"))
    assert len(entries) >= 30
    assert len({entry["id"] for entry in entries}) == len(entries)
    for entry in entries:
        for part in ("source", "title", "text"):
            assert set(entry[part]) == set(LANGUAGES), entry["id"]
            assert all(isinstance(value, str) and value.strip() for value in entry[part].values()), entry["id"]
        assert all(len(entry["questions"][language]) >= 3 for language in LANGUAGES), entry["id"]


def test_every_response_is_in_three_languages_and_every_question_has_two_wordings() -> None:
    file = str(Path("dialogs") / "support" / "domain.yml")
    for name, response in FLOWS.domain.responses.items():
        if not response.file.endswith(file):
            continue
        for variant in response.variants:
            assert set(variant.texts) == set(LANGUAGES), name
        if name.startswith("utter_ask_"):
            assert len(response.variants) >= 2, name


def test_things_are_known_by_their_inflected_names() -> None:
    items = [
        {"sku": "a", "name": {"pl": "czajnik Fala", "en": "Fala kettle", "ro": "fierbător Fala"}},
        {"sku": "b", "name": {"pl": "buty trekkingowe Rysy", "en": "Rysy hiking boots", "ro": "bocanci Rysy"}},
    ]
    assert mentioned("zwrot czajnika", items, "pl") == ["a"]
    assert mentioned("nie podobają mi się te butki", items, "pl") == ["b"]
    assert mentioned("the BOOTS", items, "en") == ["b"]
    assert mentioned("bocancii mei", items, "ro") == ["b"]
    assert mentioned("coś innego, butelka", items, "pl") == []
    assert mentioned("hello, ten days", [{"sku": "c", "name": {"en": "Hel 2 tent"}}], "en") == []


@given(st.text(max_size=40))
def test_no_digits_crash_the_tax_number(raw: str) -> None:
    valid_tax_id("".join(c for c in raw if c in "0123456789"))
