"""Mood in whole conversations: the words are really judged; who is angry gets a person, who complains politely does not; and nothing of a
candidate's voice is ever computed."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from nlu.mood.judge import WordsJudge
from speech.tone import judge, prosody, quality, voice
from speech.tone.types import Change, Tone
from tests.house import KEY, House, become
from tests.integration.calling import CallingHouse, call_sid, calling, connected, ended, turns
from tests.twilio_caller import TwilioCaller

ANGRY = {
    "en": [
        "where is my parcel",
        "you don't understand a thing, this is the third time I'm asking!!",
        "this is a joke, I'm sick of you lot, THREE WEEKS",
        "useless, nobody there gives a damn!!",
    ],
    "pl": [
        "gdzie jest moja paczka",
        "nic nie rozumiecie, trzeci raz o to pytam!!",
        "kpina jakaś, mam was dość, TRZY TYGODNIE czekam",
        "żenada, nikogo tam nic nie obchodzi!!",
    ],
    "ro": [
        "unde e coletul meu",
        "nu înțelegeți nimic, a treia oară întreb!!",
        "e bătaie de joc, m-am săturat de voi, TREI SĂPTĂMÂNI",
        "o rușine, nu-i pasă nimănui acolo!!",
    ],
}
POLITE = {
    "en": [
        "where is my parcel",
        "it was to come on Monday and is not here yet, could you check it please?",
        "thank you, and it is the wrong size, too",
    ],
    "pl": [
        "gdzie jest moja paczka",
        "miała być w poniedziałek i jeszcze jej nie ma, czy mogłaby pani sprawdzić?",
        "dziękuję, rozmiar też się nie zgadza",
    ],
    "ro": ["unde e coletul meu", "trebuia să vină luni și nu a ajuns încă, puteți verifica, vă rog?", "mulțumesc, și mărimea e greșită"],
}


@pytest.fixture(scope="module", autouse=True)
async def loaded(at_home: House) -> None:
    """The words' judge reads its weights in the background."""
    assert isinstance(at_home.service.words, WordsJudge)
    await at_home.service.words.ready()


async def says(
    house: House,
    language: str,
    messages: list[str],
    intents: tuple[str, ...] = ("order_status", "complain", "complain", "complain"),
    **more: Any,
) -> tuple[str, list[dict[str, Any]]]:
    """Have these messages sent until somebody takes over; the intents are scripted, the mood of the words is not."""
    house.nlu.intents |= dict(zip(messages, intents, strict=False))
    begun = await house.begin(language=language, **more)
    answers = []
    for text in messages:
        answers.append(await house.say(begun["id"], text))
        if answers[-1]["state"]["owner"] != "bot":
            break
    return begun["id"], answers


@pytest.mark.parametrize("language", ["pl", "en", "ro"])
async def test_an_angry_chat_is_handed_over_with_its_reasons(at_home: House, language: str) -> None:
    conversation, answers = await says(at_home, language, ANGRY[language])
    assert answers[-1]["state"]["owner"] == "queue", [answer["state"]["mood"] for answer in answers]
    assert len(answers) <= (4 if language == "ro" else 3), "the third angry message is one too many"
    found = await at_home.read(conversation)
    moods = [turn["mood"] for turn in found["turns"] if turn["direction"] == "in"]
    assert moods[-1]["frustration"] > moods[0]["frustration"]
    assert moods[-1]["reasons"]
    listed = (await at_home.http.get("/v1/escalations")).json()["escalations"]
    summary = next(one for one in listed if one["conversation"] == conversation)["summary"]
    assert summary["reason"] == "frustration"
    assert summary["mood"]["frustration"] >= 0.5
    assert summary["mood"]["reasons"]


@pytest.mark.parametrize("language", ["pl", "en", "ro"])
async def test_a_polite_complaint_stays_with_the_bot(at_home: House, language: str) -> None:
    _, answers = await says(at_home, language, POLITE[language], ("order_status", "order_status", "return_item"))
    moods = [answer["state"]["mood"]["frustration"] for answer in answers]
    assert answers[-1]["state"]["owner"] == "bot"
    assert max(moods) < 0.5, moods


async def test_the_mood_is_on_the_touchpoint_and_gone_with_a_person(at_home: House) -> None:
    conversation, _ = await says(at_home, "en", ANGRY["en"])
    person = (await at_home.read(conversation))["person"]
    touchpoints = (await at_home.http.get("/v1/touchpoints", params={"person": person})).json()["touchpoints"]
    emotion = max((one["emotion"] for one in touchpoints if one["emotion"]), key=lambda one: one["peak"])
    assert emotion["peak"] == max(emotion["curve"])
    assert [entry["flow"] for entry in emotion["done"]][-1] == "pattern_frustrated"
    escalation = (await at_home.read(conversation))["escalation"]["id"]
    assert (await at_home.http.post(f"/v1/escalations/{escalation}/take", json={"agent": "Ola"})).status_code == 200
    assert (await at_home.http.post(f"/v1/escalations/{escalation}/return", json={"agent": "Ola", "note": "settled"})).status_code == 200
    assert (await at_home.read(conversation))["state"]["mood"] == {"frustration": None, "reasons": []}


async def test_a_visitor_is_not_shown_what_was_made_of_each_message(at_home: House) -> None:
    begun = await at_home.begin(language="en")
    await at_home.say(begun["id"], "this is ridiculous!!")
    async with at_home.visitor(begun["token"]) as visitor:
        shown = (await visitor.get(f"/v1/conversations/{begun['id']}")).json()["turns"]
    assert all("mood" not in turn for turn in shown)


async def test_a_candidates_mood_is_never_judged(at_home: House) -> None:
    conversation, answers = await says(
        at_home, "en", ["yes", "you stupid machine, I'm sick of this!!"], flow="preselection", context={"job_id": "J-100"}
    )
    assert [answer["state"]["mood"]["frustration"] for answer in answers] == [None] * len(answers)
    found = await at_home.read(conversation)
    assert all("mood" not in turn for turn in found["turns"])
    rows = await at_home.queue.rows(
        "SELECT emotion, state FROM touchpoints t JOIN conversations c ON c.id = t.conversation_id WHERE c.id = %s", conversation
    )
    assert all(row["emotion"] is None and row["state"]["mood"] is None for row in rows)


async def test_a_second_contact_about_the_same_order_counts(at_home: House) -> None:
    at_home.nlu.intents["where is my order"] = "order_status"
    for _ in range(2):
        begun = await at_home.begin(language="en", person={"external_id": "P-1001"})
        await at_home.say(begun["id"], "where is my order")
    rows = await at_home.queue.rows("SELECT state FROM conversations WHERE id = %s", begun["id"])
    assert rows[0]["state"]["slots"].get("order_id"), rows[0]["state"]["slots"]
    assert rows[0]["state"]["mood"]["memory"]["pending"] == ["contact_again"]


# ---- by voice


class Spy:
    """A judge of tone that counts; it finds everybody as it is told."""

    def __init__(self) -> None:
        self.judged, self.frustration = 0, 0.95

    def caller(self) -> object:
        return object()

    async def judge(self, samples: np.ndarray[Any, Any], caller: object) -> Tone:
        self.judged += 1
        return Tone(self.frustration, "", len(samples) / 8000, None, (Change("tempo", 1.3),))

    def learn(self, caller: object, tone: Tone) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
async def phone(database_url: str, data_dir: Any, _flows_read_once: None) -> AsyncIterator[CallingHouse]:
    with pytest.MonkeyPatch.context() as patch:
        async with calling(database_url, data_dir, patch, calls_most=3) as found:
            assert isinstance(found.house.service.words, WordsJudge)
            await found.house.service.words.ready()
            yield found


@pytest.fixture
def spy(phone: CallingHouse, monkeypatch: pytest.MonkeyPatch) -> Spy:
    found = Spy()
    monkeypatch.setattr(phone.calls, "_tone", found)
    monkeypatch.setattr(phone.house.service.conversations.watch, "tone_ready", True)
    return found


async def test_a_customers_tone_is_told_of_judged_and_kept(phone: CallingHouse, spy: Spy) -> None:
    async with await connected(phone, 1) as caller:
        await caller.quiet()
        await caller.say(phone.ears.sound("where is my order"))
        await caller.answer()
        await caller.quiet()
    await become(lambda: ended(phone, 1))
    assert any("tone of voice" in said or "ton głosu" in said for said in phone.mouth.said), phone.mouth.said
    assert spy.judged >= 1
    heard = next(turn for turn in await turns(phone, 1) if turn["direction"] == "in")
    assert heard["voice"]["tone"] == {"frustration": 0.95, "changes": [{"what": "tempo", "by": 1.3}]}
    assert heard["mood"]["parts"]["tone"] > 0.1


async def test_no_audio_feature_of_a_candidate_is_ever_computed(phone: CallingHouse, spy: Spy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof: in a whole preselection call nothing that measures a voice is called, and nothing of it is kept."""
    touched: list[str] = []

    def measured(name: str) -> Any:
        def forbidden(*args: Any, **more: Any) -> Any:
            touched.append(name)
            raise AssertionError(f"{name} of a candidate")

        return forbidden

    monkeypatch.setattr(judge.Judge, "_judge", measured("Judge"))
    for module, name in (
        (judge, "check"),
        (judge, "measure"),
        (judge, "voice"),
        (quality, "check"),
        (prosody, "measure"),
        (voice, "voice"),
    ):
        monkeypatch.setattr(module, name, measured(f"{module.__name__}.{name}"))
    real = judge.Judge()
    monkeypatch.setattr(phone.calls, "_tone", real)
    number = phone.house.phone()
    answer = await phone.house.http.post(
        "/v1/applications", json={"job_id": "J-100", "language": "en", "channel": "web", "person": {"name": "Jan Maj", "phone": number}}
    )
    assert answer.status_code in (200, 201), answer.text
    parameters = {"key": KEY, "language": "en", "phone": number, "flow": "preselection"}
    async with TwilioCaller(phone.media, parameters=parameters, call_sid=call_sid(2)) as caller:
        await caller.quiet()
        for text in ("yes", "you stupid machine, this is outrageous", "yes"):
            await caller.say(phone.ears.sound(text, 1.2))
            with contextlib.suppress(TimeoutError):
                await caller.answer()
            await caller.quiet()
    await become(lambda: ended(phone, 2))
    said = [turn for turn in await turns(phone, 2) if turn["direction"] == "in"]
    assert said, "the candidate was heard"
    assert touched == []
    assert spy.judged == 0
    for turn in said:
        assert "mood" not in turn
        assert not {"tone", "words_per_minute", "pauses_ms"} & set(turn["voice"])
    real.close()
