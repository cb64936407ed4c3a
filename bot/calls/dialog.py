"""The dialog port of one call: its turns become turns of the conversation, like those of a chat."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Coroutine, Mapping
from typing import Any, Literal

from bot.calls import store as calls
from bot.calls.partly import Partly
from bot.clock import Clock
from bot.conversation import Conversations
from bot.events import Hub
from bot.metrics import TONE
from bot.problems import Problem
from bot.settings import Settings
from bot.store import conversations as store
from bot.store.database import UNREACHABLE, Database
from bot.store.models import Conversation
from bot.turn import Said
from dialogs.scene import Effect
from nlu.types import Understanding
from speech.call import Call
from speech.ports import Answer, DialogError, Sentence, Spoken
from speech.tone.types import Tone
from speech.types import Expectation, Meaning

logger = logging.getLogger(__name__)

PATIENCE_S = {"free": 7.0, "yes_no": 6.0, "digits": 10.0, "spelling": 10.0, "address": 10.0}
"""Seconds of silence before a caller is asked whether they are there, by what is awaited."""
WAITING_S = 45.0
"""The same when the caller has asked us to wait."""
HOLD_EVERY_S = 20.0
"""How often somebody who waits for a person hears that they are not forgotten, in s."""
_PHRASES = {
    "bridge": "utter_call_bridge", "bridge_long": "utter_call_bridge_long", "unclear": "utter_call_unclear", "deaf": "utter_call_deaf",
    "technical": "utter_call_technical", "key_unknown": "utter_call_key_unknown", "goodbye": "utter_call_goodbye",
    "agent_hold": "utter_call_agent_hold", "agent_lost": "utter_call_agent_lost",
}  # fmt: skip

_OPENINGS = {
    "resumed": "utter_call_resumed", "joined": "utter_disclosure", "busy": "utter_transfer_busy", "no_answer": "utter_transfer_no_answer",
    "failed": "utter_transfer_failed",
}  # fmt: skip


class CallDialog:
    """One conversation, spoken. ``opening`` is how the call begins (`bot.calls.calls.Opening`): "new" with the conversation's first words,
    the others with a sentence of their own."""

    def __init__(
        self, conversations: Conversations, database: Database, hub: Hub, clock: Clock, settings: Settings, *,
        conversation_id: str, call_id: str, language: str, channel: str, opening: str,
    ) -> None:  # fmt: skip
        self._conversations, self._database, self._hub, self._clock, self._settings = conversations, database, hub, clock, settings
        self.conversation_id, self._channel, self._opening = conversation_id, channel, opening
        self._leg = f"call-{call_id}-{secrets.token_hex(3)}"  # a call that comes back on a new line counts its turns anew
        self._language = language
        self._owner, self._seq, self._latest = "bot", 0, 0
        self._one = asyncio.Lock()
        self._partly = Partly(database, conversation_id)
        self._utterances, self._writing = 0, asyncio.Lock()
        self._texts: dict[int, str] = {}
        self._heard: dict[int, str] = {}
        self._writes: set[asyncio.Task[None]] = set()
        self._held_said, self._told_wait = 0.0, False
        self._judged = self._customer = False
        self.recording = False
        """Whether the caller has agreed to be recorded."""

    # ---- the port

    async def open(self) -> Answer:
        """The first words; the message of a broken or joined call asks the open question again."""
        if self._opening == "new":
            return await self._kept(self._standing())
        response = _OPENINGS[self._opening]
        return await self._kept(self._conversations.nudge(self.conversation_id, self._channel, response))

    async def understand(self, text: str, language: str) -> Meaning:
        """What the NLU makes of a text; it may turn out that nobody asks."""
        return Meaning(text, language, await self._conversations.understand(text, language))

    async def answer(self, spoken: Spoken) -> Answer:
        """One turn of the conversation."""
        self._settle(self._latest)  # what was said last may still be on its way to the caller's ear
        transcript, meaning = spoken.transcript, spoken.meaning
        understood = meaning.understanding if meaning and isinstance(meaning.understanding, Understanding) else None
        voice = self._measures(spoken)
        said = Said(
            spoken.text, self._message_id(spoken.number), display=spoken.keys or None, channel=self._channel, understood=understood,
            heard_in=transcript.language if transcript else "", voice=voice,
        )  # fmt: skip
        return await self._kept(self._conversations.turn(self.conversation_id, self._language, said))

    async def silence(self, times: int) -> Answer:
        """Ask whether the caller is there; ask again; offer a person, a call back or a text; say goodbye."""
        silent = [Effect("problem", {"kind": "silence"})]
        if times <= 2:
            response = "utter_call_silence_first" if times == 1 else "utter_call_silence_second"
            return await self._nudge(response, effects=silent)
        if times == 3:
            return await self._nudge("", flow="phone_silence", effects=silent)
        return await self._nudge("utter_call_silence_last", effects=[*silent, Effect("end_call")], alone=True)

    async def held(self, waited_s: float) -> Answer | None:
        """While a person is awaited: a word now and then, and after a while the promise to call back. An agent who has the call and is
        not on the line yet is on their way."""
        taken = self._owner not in ("bot", "queue")
        over = waited_s >= self._settings.call_hold and not taken
        if waited_s < self._held_said:
            self._held_said = 0.0
        if not over and waited_s - self._held_said < HOLD_EVERY_S:
            return None
        if taken:
            self._held_said = waited_s
            return await self._nudge("utter_call_agent_coming", alone=True)
        self._held_said, first, self._told_wait = waited_s, not self._told_wait, True
        word = await self._kept(self._conversations.held(self.conversation_id, self._channel, over=over, first=first))
        return word if word.sentences else None

    async def farewell(self, reason: Literal["limit", "failure"]) -> Answer:
        """The last words of a call that we end; after failures a person is asked to call back."""
        if reason == "limit":
            effects = [Effect("outcome", {"outcome": "call_limit"}), Effect("end_call")]
            return await self._nudge("utter_call_limit", effects=effects, alone=True)
        effects = [Effect("problem", {"kind": "call_failed"}), Effect("handoff", {"reason": "call_failed"}), Effect("end_call")]
        return await self._nudge("utter_call_failure", effects=effects, alone=True)

    async def listened(self) -> Answer:
        """Somebody will listen in: the sentence that tells the caller, in the transcript like any other."""
        return await self._nudge("utter_call_listening", alone=True)

    def phrase(self, name: str) -> str:
        """A sentence that needs no database."""
        return self._conversations.phrase(_PHRASES[name], self._language)

    def partly(self, who: Literal["caller", "agent"], text: str, *, attended: bool) -> None:
        """Show the desk what is being recognised, while somebody there has reason to look."""
        if attended or self._owner != "bot":
            self._partly.show(who, text)

    def heard(self, seq: int, text: str, *, whole: bool) -> None:
        """Collect what was heard of a message, clause by clause."""
        if text:
            self._heard[seq] = f"{self._heard.get(seq, '')} {text}".strip()

    def has_said(self, seq: int) -> bool:
        """Whether the caller has heard this message to its end, or as much of it as they will."""
        planned = self._texts.get(seq)
        return seq <= self._seq and (planned is None or _bare(self._heard.get(seq, "")) == _bare(planned))

    def measured(self, number: int, measures: Mapping[str, Any]) -> None:
        """Write a turn's timings beside the message."""
        self._write(self._measured(self._message_id(number), dict(measures)))

    # ---- from outside the call

    async def follow(self, call: Call) -> None:
        """Speak what others write into the conversation (an agent, a bot that was handed it back), until cancelled."""
        with self._hub.listening(self.conversation_id) as queue:
            while True:
                if (await queue.get()).get("type") == "partly":  # nothing has changed
                    continue
                async with self._one:
                    words = await self._others()
                await call.bridge.owner(self._owner)
                if words is not None:
                    await call.announce(words)

    def agent_said(self, name: str, text: str, voice: Mapping[str, Any]) -> None:
        """Write down what an agent has said to the caller. Their voice was heard already: `follow` does not say it again."""
        self._utterances += 1
        self._write(self._agent_said(name, text, dict(voice), f"{self._leg}-agent-{self._utterances}"))

    async def close(self) -> None:
        """Write what is still to be written of what was heard."""
        self._settle(10**9)
        self._partly.close()
        if self._writes:
            await asyncio.wait(self._writes, timeout=5)

    # ---- how

    def _message_id(self, number: int) -> str:
        return f"{self._leg}-{number}"

    async def _standing(self) -> dict[str, Any]:
        return await self._conversations.standing(self.conversation_id, self._channel)

    async def _nudge(self, response: str, *, flow: str = "", effects: list[Effect] | None = None, alone: bool = False) -> Answer:
        nudged = self._conversations.nudge(self.conversation_id, self._channel, response, flow=flow, effects=effects or [], alone=alone)
        return await self._kept(nudged)

    async def _kept(self, turning: Coroutine[Any, Any, dict[str, Any]]) -> Answer:
        """Take a turn of the conversation, and note what it says and where it leaves us."""
        async with self._one:
            try:
                answer = await turning
            except (Problem, *UNREACHABLE) as error:
                raise DialogError(type(error).__name__) from error
            return self._answer(answer)

    def _answer(self, answer: Mapping[str, Any]) -> Answer:
        state, spoken = answer["state"], answer.get("spoken", {})
        self._language, self._owner = state["language"], state["owner"]
        self.recording = bool(spoken.get("recording"))
        self._judged, self._customer = bool(spoken.get("tone")), bool(spoken.get("customer"))
        firm = spoken.get("firm", [])
        sentences = []
        self._latest = min((reply["seq"] for reply in answer["replies"]), default=self._latest)
        for index, reply in enumerate(answer["replies"]):
            self._seq = max(self._seq, reply["seq"])
            self._texts[reply["seq"]] = reply["text"]
            sentences.append(Sentence(reply["text"], reply["seq"], firm=index < len(firm) and firm[index]))
        return Answer(
            tuple(sentences), _expectation(spoken), self._language, hold=self._owner != "bot", over=bool(spoken.get("over")),
            patience_s=WAITING_S if spoken.get("waits") else PATIENCE_S.get(spoken.get("listen", "free"), 7.0),
            tone=self._judged,
        )  # fmt: skip

    def _measures(self, spoken: Spoken) -> dict[str, Any]:
        """How the turn was heard. Of a candidate nothing that could tell how they feel: no pace, no pauses, no tone."""
        if not self._customer:
            spoken.measures.pop("pauses_ms", None)  # they told the end of the turn, and that was all they may
        measures, transcript = dict(spoken.measures), spoken.transcript
        if transcript is not None:
            measures["language"] = transcript.language
        if self._customer and transcript is not None and measures.get("speech_ms"):
            measures["words_per_minute"] = round(len(transcript.text.split()) * 60000 / measures["speech_ms"])
        if spoken.tone is not None:
            TONE.labels(spoken.tone.unscored).inc()
            measures["tone"] = tone_json(spoken.tone)
        return measures

    async def _others(self) -> Answer | None:
        """What was said in the conversation by somebody else since we last spoke."""
        try:
            async with self._database.sessions() as session:
                conversation = await session.get(Conversation, self.conversation_id)
                if conversation is None:
                    return None
                messages = await store.messages_since(session, self.conversation_id, self._seq)
        except UNREACHABLE:
            return None
        changed = self._owner != conversation.owner
        self._owner, self._language = conversation.owner, conversation.language
        new = [message for message in messages if message.direction == "out" and not (message.voice or {}).get("spoken")]
        self._seq = max([self._seq, *(message.seq for message in messages)])
        if not new and not changed:
            return None
        sentences = tuple(Sentence(m.text, m.seq, who="bot" if m.author == "bot" else "agent") for m in new)
        self._texts.update({m.seq: m.text for m in new})
        over, hold = conversation.status == "closed", conversation.owner != "bot"
        awaited = Expectation() if hold else _expectation((await self._standing())["spoken"])
        return Answer(sentences, awaited, self._language, hold=hold, over=over, patience_s=PATIENCE_S["free"], tone=self._judged)

    def _settle(self, before: int) -> None:
        """Put right the messages older than this that the caller did not hear whole."""
        for seq in [seq for seq in self._texts if seq < before]:
            planned, heard = self._texts.pop(seq), self._heard.pop(seq, "")
            if _bare(heard) != _bare(planned):
                self._write(self._cut(seq, heard))

    def _write(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(job)
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def _agent_said(self, name: str, text: str, voice: dict[str, Any], message_id: str) -> None:
        try:
            async with self._writing, self._database.transaction() as session:  # one after the other, as they were said
                conversation = (await store.lock(session, self.conversation_id)).conversation
                store.add_message(
                    session, conversation, self._clock.now(), direction="out", author=name, text=text, message_id=message_id,
                    channel=self._channel, voice=voice,
                )  # fmt: skip
                await store.changed(session, conversation)
        except (Problem, *UNREACHABLE) as error:
            logger.error("what an agent said was not written: %s", type(error).__name__)

    async def _measured(self, message_id: str, measures: dict[str, Any]) -> None:
        try:
            async with self._database.transaction() as session:
                await calls.measured(session, self.conversation_id, message_id, measures)
        except UNREACHABLE as error:
            logger.warning("a turn's timings were not written: %s", type(error).__name__)

    async def _cut(self, seq: int, heard: str) -> None:
        try:
            async with self._database.transaction() as session:
                await calls.heard(session, self.conversation_id, seq, heard)
        except UNREACHABLE as error:
            logger.warning("what a caller heard was not written: %s", type(error).__name__)


def tone_json(tone: Tone) -> dict[str, Any]:
    """A tone as it is kept with its message: the score, or why there is none; and what a person could hear for themselves."""
    kept: dict[str, Any] = {"frustration": None if tone.frustration is None else round(tone.frustration, 3)}
    if tone.unscored:
        kept["unscored"] = tone.unscored
    if tone.changes:
        kept["changes"] = [{"what": change.what, "by": round(change.by, 2)} for change in tone.changes]
    return kept


def _expectation(spoken: Mapping[str, Any]) -> Expectation:
    return Expectation(
        listen=spoken.get("listen", "free"), hints=tuple(spoken.get("hints", ())), keys=spoken.get("keys", {}),
        keypad=spoken.get("keypad", "choice"), digits=spoken.get("digits", 0),
    )  # fmt: skip


def _bare(text: str) -> str:
    """A text without its spaces: clauses are joined again with other ones."""
    return "".join(text.split())
