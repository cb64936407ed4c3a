"""What a caller may say or press next."""

from __future__ import annotations

import json

from dialogs.expectation import expected
from dialogs.state import Awaiting, DialogState
from tests.talk import Talk, runtime

RUNTIME = runtime()


def awaiting(slot: str, language: str = "en"):
    state = DialogState(language, awaiting=Awaiting("collect", slot))
    return expected(RUNTIME.domain, RUNTIME.interpreter.answers, state)


def test_every_slot_that_is_asked_can_be_expected_and_its_keys_are_valid() -> None:
    asked = {step.target for flow in RUNTIME.flows.values() for step in flow.steps.values() if step.kind == "collect"}
    for name in asked:
        slot = RUNTIME.domain.slots[name]
        found = awaiting(name)
        for payload in found.keys.values():
            raw = payload.removeprefix(f"/SetSlots({name}=").removesuffix(")")
            try:
                value = json.loads(raw)
            except ValueError:
                value = raw
            state = DialogState("en", awaiting=Awaiting("collect", name))
            if not slot.options_from:
                assert RUNTIME.interpreter.answers.valid(slot, str(value) if slot.options else value, state) or slot.mappings, (
                    name,
                    payload,
                )


def test_numbers_are_typed_and_choices_pressed() -> None:
    order = awaiting("order_number")
    assert (order.keypad, order.digits, order.listen) == ("number", 6, "digits")
    postcode = awaiting("order_proof")
    assert (postcode.keypad, postcode.digits, postcode.listen) == ("number", 0, "spelling"), "00-623 begins with the 0 that means a person"
    yes = awaiting("wants_person")
    assert yes.listen == "yes_no"
    assert yes.keys == {"1": "/SetSlots(wants_person=true)", "2": "/SetSlots(wants_person=false)"}


def test_what_may_be_chosen_is_hinted_in_the_callers_language() -> None:
    assert "oddzwonić" in awaiting("after_silence", "pl").hints


def test_nothing_is_expected_when_nothing_was_asked() -> None:
    assert expected(RUNTIME.domain, RUNTIME.interpreter.answers, DialogState("pl")).keys == {}


async def test_a_key_answers_like_a_button() -> None:
    talk = Talk("pl", flows=RUNTIME, channel="phone")
    await talk.open("support")
    await talk.say("jesteście beznadziejni", "complain")
    found = RUNTIME.expected(talk.state)
    replies = await talk.say(found.keys["1"])
    assert talk.effect("handoff") == {"reason": "complaint"}, replies
