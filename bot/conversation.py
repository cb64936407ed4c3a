"""One turn: hear → understand → decide → say → record. Text and voice share it.

Understanding happens before the conversation is locked, so that a slow NLU holds nobody up; from the lock on, everything is one
transaction: the state, the messages, the NLU result, the touchpoint and what must be sent.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.escalation import aside, attachments, tasks
from bot.escalation.queue import open_one, wait_for_person
from bot.escalation.routing import Routing
from bot.escalation.waiting import expected
from bot.metrics import TURN_SECONDS, TURNS
from bot.mood.happenings import LONG_WAIT_S
from bot.mood.watch import MoodWatch, record
from bot.outreach import deliveries
from bot.outreach.consequences import carry_out
from bot.problems import Problem
from bot.settings import Settings
from bot.store import conversations as store
from bot.store import people, touchpoints
from bot.store.conversations import SPOKEN
from bot.store.database import UNREACHABLE, Database
from bot.store.models import Conversation, Person, User
from bot.store.records import StoredRecords
from bot.turn import OpenTurn, Said, nlu_json, reply_json, state_json, survey_due, wait_context, with_words
from bot.turn import messages as messages_of
from bot.understanding import Nlu, Words, foreign_language, hear, of_agreed, said_by_button, understand
from dialogs import meanwhile
from dialogs.domain import Domain
from dialogs.filling import SlotError
from dialogs.runtime import Decision, FlowLoopError, Runtime
from dialogs.scene import Effect, Feeling, Heard, Knowledge, PersonInScene, Reply, Scene
from dialogs.state import DialogState
from integrations.twilio.segments import segments
from nlu.parsers.registry import parse
from nlu.types import Understanding

logger = logging.getLogger(__name__)
STOP_SURE = 0.6
"""How sure (0..1) it must be that a person who talks with us, not with the bot, wants no more contact."""
AGAIN_WITHIN = timedelta(days=7)
"""A second contact about the same order within this time wears patience down."""
NOTED = "utter_attachment"
"""The response to a file."""


class Conversations:
    """Takes turns. It keeps nothing between them: any process may take any turn."""

    def __init__(
        self, database: Database, runtime: Runtime, nlu: Nlu, knowledge: Knowledge, clock: Clock, settings: Settings,
        words: Words | None = None, routing: Routing | None = None,
    ) -> None:  # fmt: skip
        self._database, self._runtime, self._nlu, self._words = database, runtime, nlu, words
        self.watch = MoodWatch(runtime.flows, settings)
        self._knowledge, self._clock, self._settings = knowledge, clock, settings
        self.routing = routing or Routing()
        """Whom conversations are for that need a person."""
        self._line: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def flows(self) -> Mapping[str, Any]:
        """The flows a conversation may begin with."""
        return self._runtime.flows

    @property
    def domain(self) -> Domain:
        """What can be known and said: an agent is shown it in words."""
        return self._runtime.domain

    async def begin(
        self, session: AsyncSession, person: Person, *, channel: str, flow: str, language: str, context: dict[str, Any],
        direction: str = "in", first: str = "",
    ) -> tuple[Conversation, str, dict[str, Any]]:  # fmt: skip
        """Open a conversation with a flow, inside the caller's transaction: its row, its token, the first answer.

        ``first`` is a flow that must come before it (a consent).
        """
        began, now = time.perf_counter(), self._clock.now()
        conversation, token = await store.create(
            session, person, now, channel=channel, kind=flow, language=language, context=context, direction=direction
        )
        turn = await self._lock(session, conversation.id, channel, began)
        decision = await self._runtime.open(flow, turn.state, self._scene(turn), first)
        return conversation, token, await self._record(turn, None, None, decision)

    async def turn(self, conversation_id: str, language: str, said: Said) -> dict[str, Any]:
        """One message and its answer: ``{replies, state}``. The same message_id is answered once, with the same answer."""
        began = time.perf_counter()
        text = hear(said.text)
        understood = said.understood or await self.understand(text, language)
        # The row's lock is what counts. This one only keeps messages of one conversation from holding a connection each.
        async with self._line.setdefault(conversation_id, asyncio.Lock()):
            try:
                async with self._database.transaction() as session:
                    return await self._take(session, conversation_id, text, said, understood, began)
            except (Problem, *UNREACHABLE):
                raise  # without the database nothing can be recorded either
            except FlowLoopError as error:
                logger.error("a flow went in circles: %s", error)
                return await self._apologise(conversation_id, text, said, began, hand_over=True)
            except Exception:
                logger.exception("a turn failed and was rolled back")
                return await self._apologise(conversation_id, text, said, began, hand_over=False)

    async def _take(
        self, session: AsyncSession, conversation_id: str, text: str, said: Said, understood: Understanding, began: float
    ) -> dict[str, Any]:
        turn = await self._lock(session, conversation_id, said.channel, began, said.message_id)
        if turn.answer is not None:
            return turn.answer
        turn.files = await attachments.for_message(session, conversation_id, said.attachments, attachments.PERSON)
        foreign = said.heard_in if said.heard_in != turn.state.language else ""
        if foreign and not turn.state.turns:  # the first words decide the language; a later change is asked about
            turn.state.language = turn.conversation.language = turn.person.language = foreign
            foreign = ""
        heard = Heard(text, of_agreed(understood, turn.state), foreign or foreign_language(text, understood))
        free = self._runtime.expected(turn.state).listen == "free"
        if text:
            turn.noticed = self.watch.notice(turn.conversation, turn.person, turn.state, heard, said.voice, free=free)
        decision = await self._decide(turn, heard)
        return await self._record(turn, said, heard, decision)

    async def nudge(
        self, conversation_id: str, channel: str, response: str, *, flow: str = "", effects: Sequence[Effect] = (), alone: bool = False
    ) -> dict[str, Any]:
        """The bot speaks by itself: a sentence and the open question again (unless ``alone``), or a flow.

        While a person has the conversation, only the sentence is said.
        """
        async with self._database.transaction() as session:
            turn = await self._lock(session, conversation_id, channel, time.perf_counter())
            only = alone or turn.conversation.owner != "bot"
            if not only:  # a conversation that was over goes on
                turn.state.closed = False
            if any(effect.kind == "problem" and effect.data["kind"] == "silence" for effect in effects):
                self.watch.later(turn.state, "long_silence")
            decision = await self._runtime.nudge(response, "" if only else flow, turn.state, self._scene(turn), again=not only)
            decision.effects += effects
            return await self._record(turn, None, None, decision)

    async def held(self, conversation_id: str, channel: str, *, over: bool = False, first: bool = False) -> dict[str, Any]:
        """A word to somebody who waits on the line for a person, the ``first`` time with how long it takes, and what was offered to them
        meanwhile. ``over``: they have waited long enough: a call back is promised, which somebody has to keep, and the call ends."""
        async with self._database.transaction() as session:
            turn = await self._lock(session, conversation_id, channel, time.perf_counter())
            if turn.conversation.owner != "queue":  # somebody took it this very moment: they speak
                spoken = self._spoken(turn, Decision())
                return {"replies": [], "state": state_json(turn.conversation, turn.state), "spoken": spoken}
            told: dict[str, Any] = {}
            escalation = await open_one(session, conversation_id)
            if escalation is not None and first and not over:
                told = wait_context(await expected(session, escalation, turn.now, self._settings), turn.person)
            decision = await meanwhile.held(self._runtime, turn.state, self._scene(turn, told), over=over)
            return await self._record(turn, None, None, decision)

    async def standing(self, conversation_id: str, channel: str) -> dict[str, Any]:
        """What the bot said last and where the conversation stands, as an answer; nothing is recorded."""
        async with self._database.transaction() as session:
            turn = await self._lock(session, conversation_id, channel, time.perf_counter())
            messages = await store.messages_since(session, conversation_id, 0)
            last = max((message.seq for message in messages if message.direction == "in"), default=0)
            said = [message for message in messages if message.seq > last and message.direction == "out"]
            decision = Decision([Reply(message.text, message.response) for message in said])
            replies = [reply_json(message) for message in said]
            return {"replies": replies, "state": state_json(turn.conversation, turn.state), "spoken": self._spoken(turn, decision)}

    def fixed_sentences(self) -> list[tuple[str, str]]:
        """Every sentence that is always the same on a call, with its language: they can be spoken in advance."""
        found = []
        for response in self._runtime.domain.responses.values():
            variants = [v for v in response.variants if v.channel == "phone"] or [v for v in response.variants if not v.channel]
            found += [(text, language) for v in variants for language, text in v.texts.items() if "{" not in text and len(text) > 1]
        return found

    def tells(self, slot: str) -> bool:
        """Whether this tells an agent something: what people are asked for, and what it is about. The rest are the flows' own notes."""
        return f"utter_ask_{slot}" in self._runtime.domain.responses or slot.endswith(("_id", "_label"))

    def phrase(self, response: str, language: str) -> str:
        """A sentence that needs no conversation: said when nothing else works."""
        return self._runtime.wording.say(response, DialogState(language), "phone").text

    async def hand_back(
        self, session: AsyncSession, conversation_id: str, note: str, slots: Mapping[str, Any] | None = None,
        promised: Sequence[Mapping[str, Any]] = (),
    ) -> dict[str, Any]:  # fmt: skip
        """The bot goes on where a person leaves off; ``note`` says what was agreed, ``slots`` what became known, ``promised`` what will be
        done (as in `dialogs.agreed`). Raises Problem (422) that names a slot which cannot hold its value."""
        turn = await self._lock(session, conversation_id, "", time.perf_counter())
        turn.channel = await store.channel_of(session, turn.conversation)
        turn.conversation.owner, turn.conversation.status = "bot", "open"
        self.watch.calm(turn.state)
        meanwhile.drop(self._runtime, turn.state)
        try:
            decision = await self._runtime.hand_back(note, turn.state, self._scene(turn), slots, promised)
        except SlotError as error:
            raise Problem(422, "slot_invalid", str(error), field=f"slots.{error.slot}") from error
        return await self._record(turn, None, None, decision)

    async def tell(self, session: AsyncSession, conversation_id: str, response: str) -> dict[str, Any]:
        """The bot says one sentence by itself, whoever has the conversation, in the caller's transaction: with what it tells of."""
        turn = await self._lock(session, conversation_id, "", time.perf_counter())
        turn.channel = await store.channel_of(session, turn.conversation)
        decision = await self._runtime.nudge(response, "", turn.state, self._scene(turn), again=False)
        return await self._record(turn, None, None, decision)

    async def ask_aside(self, conversation_id: str, text: str, user: User) -> list[str]:
        """What the bot answers an agent who asks this on the side: a turn that is never committed, so that nothing is written or sent."""
        text = hear(text)
        async with self._database.glances() as session:
            language = await aside.language(session, conversation_id, text, user)
        heard = Heard(text, await self.understand(text, language))
        async with self._database.sessions() as session:
            turn = await self._lock(session, conversation_id, aside.CHANNEL, time.perf_counter())
            return await aside.answer(self._runtime, heard, turn.state, self._scene(turn))

    # ---- the steps of a turn

    async def understand(self, text: str, language: str) -> Understanding:
        """What the text means, and its mood."""
        return await understand(text, language, self._nlu, self._words)

    async def _lock(
        self, session: AsyncSession, conversation_id: str, channel: str, began: float, message_id: str | None = None
    ) -> OpenTurn:
        held = await store.lock(session, conversation_id, message_id)
        state = DialogState.from_json(held.conversation.state)
        channel = channel or held.conversation.channel
        return OpenTurn(
            session, held.conversation, held.person, held.touchpoint, state, self._clock.now(), began, channel, held.answer, held.has_phone
        )  # fmt: skip

    async def _decide(self, turn: OpenTurn, heard: Heard) -> Decision:
        """The dialog's answer, or none while a person owns the conversation."""
        if turn.conversation.owner == "bot":
            if not turn.files:
                return await self._runtime.take(heard, turn.state, self._scene(turn))
            return await self._noted(turn, heard)
        waiting = turn.conversation.owner == "queue"
        intent = heard.understanding.intent
        stop = intent.name == "opt_out" and intent.confidence >= STOP_SURE  # the law does not wait for an agent
        if waiting and not stop and not turn.files:
            decision = await meanwhile.answer(self._runtime, heard, turn.state, self._scene(turn))
            if decision is not None:
                return decision
        response = "utter_opted_out" if stop else "utter_waiting_for_person"
        replies = [self._runtime.wording.say(response, turn.state, self._scene(turn).channel)] if waiting else []
        return Decision(replies, [Effect("opt_out")] if stop else [])

    async def _noted(self, turn: OpenTurn, heard: Heard) -> Decision:
        """The bot cannot look into files: it says so, and answers what was said with them."""
        scene = self._scene(turn)
        if not heard.text:
            return self._runtime.noted(NOTED, turn.state, scene)
        noted = self._runtime.wording.say(NOTED, turn.state, scene.channel)
        decision = await self._runtime.take(heard, turn.state, scene)
        decision.replies.insert(0, noted)
        return decision

    async def _record(self, turn: OpenTurn, said: Said | None, heard: Heard | None, decision: Decision) -> dict[str, Any]:
        """Write the whole turn; it is the caller's transaction that makes it real."""
        session, conversation, now = turn.session, turn.conversation, turn.now
        decision = await self._hand_over(turn, said, heard, decision)
        messages = messages_of(turn, said, heard, decision)
        effects = with_words(decision.effects, heard)
        elapsed = time.perf_counter() - turn.began
        await self._remember(turn, decision, elapsed)
        turn.touchpoint = await touchpoints.follow(session, conversation, turn.touchpoint, effects, now)
        if turn.noticed is not None:
            record(turn.touchpoint, turn.noticed.judged, decision.reaction)
        cost = self._settings.cost_per_turn
        if turn.channel == "sms":
            cost += self._settings.cost_per_sms * segments("\n".join(reply.text for reply in decision.replies))
        touchpoints.measure(turn.touchpoint, now, first_answer_s=elapsed, cost=cost)
        await self._apply(turn, effects)
        if turn.state.closed and conversation.owner == "bot":
            conversation.status = "closed"
        elif conversation.owner == "bot":
            conversation.status = "open"
        replies = [reply_json(message) for message in messages if message.direction == "out"]
        answer: dict[str, Any] = {"replies": replies, "state": state_json(conversation, turn.state)}
        if turn.channel in SPOKEN:
            answer["spoken"] = self._spoken(turn, decision)
        await store.write_turn(
            session, conversation, turn.touchpoint, messages, now=now, state=turn.state.to_json(), answer=answer,
            nlu=nlu_json(heard.understanding) if heard else None, message_id=said.message_id if said else None,
            ms=round(elapsed * 1000, 2),
        )  # fmt: skip
        TURN_SECONDS.labels(turn.channel).observe(time.perf_counter() - turn.began)
        TURNS.labels(turn.channel, "yes" if decision.understood else "no").inc()
        return answer

    async def _remember(self, turn: OpenTurn, decision: Decision, elapsed: float) -> None:
        """Keep for the mood of the next message what this turn was like."""
        if turn.noticed is None:
            return
        if not decision.understood:
            self.watch.later(turn.state, "misunderstood")
        if elapsed >= LONG_WAIT_S:
            self.watch.later(turn.state, "waited_long")
        order = self.watch.new_matter(turn.state)
        if order and await store.asked_before(turn.session, turn.conversation, order, turn.now - AGAIN_WITHIN):
            self.watch.later(turn.state, "contact_again")

    async def _hand_over(self, turn: OpenTurn, said: Said | None, heard: Heard | None, decision: Decision) -> Decision:
        """Put the conversation in the queue where this turn asks for a person, and go on with how long that will take."""
        effects = {effect.kind: effect for effect in decision.effects}
        wanted = effects.get("handoff")
        if wanted is None or turn.conversation.owner not in ("bot", "queue"):
            return decision
        waits_already = await open_one(turn.session, turn.conversation.id) is not None
        seq, fresh = turn.conversation.seq, messages_of(turn, said, heard, decision)
        turn.conversation.seq = seq  # what is said of the wait goes with them
        reason = str(wanted.data["reason"])
        escalation = await wait_for_person(turn.session, turn.conversation, turn.state, reason, turn.now, fresh, routing=self.routing)
        if "end_call" in effects:  # nobody can be put through to them any more: somebody calls them back
            if turn.has_phone and "task" not in effects:
                decision.effects.append(Effect("task", {"task": "callback", "text": "", "due": ""}))
            return decision
        if waits_already or turn.state.closed:
            return decision
        await turn.session.flush()
        wait = await expected(turn.session, escalation, turn.now, self._settings)
        long = not wait.open or wait.seconds is None or wait.seconds > self._settings.wait_offer_s
        told = {**wait_context(wait, turn.person), "wait_offer": long}
        return await meanwhile.begin(self._runtime, decision, turn.state, self._scene(turn, told))

    async def _apply(self, turn: OpenTurn, effects: list[Effect]) -> None:
        """Consequences outside the dialog, in the same transaction."""
        for index, effect in enumerate(effects):
            if effect.kind == "language":
                turn.conversation.language = turn.person.language = str(effect.data["language"])
            elif effect.kind == "task":
                await tasks.instead_of_waiting(turn.session, turn.conversation, turn.person, effect, turn.now, self._settings.hours)
            elif effect.kind == "text":
                await self._text(turn, str(effect.data["text"]), index)
            else:
                await carry_out(turn.session, turn.conversation, turn.person, effect, turn.now)

    async def _text(self, turn: OpenTurn, text: str, index: int) -> None:
        """Send the person what cannot be said on a call; they may answer it, and the conversation goes on with that."""
        phone = await people.contact(turn.session, turn.person.id, "phone")
        if phone is not None:
            key = f"said-{turn.conversation.id}-{turn.conversation.seq}-{index}"
            await deliveries.add(turn.session, turn.conversation, key, phone, text, turn.now, solicited=True)

    async def _apologise(self, conversation_id: str, text: str, said: Said, began: float, *, hand_over: bool) -> dict[str, Any]:
        """What is left when a turn failed: the message is kept, the state is as it was, and the person hears of it."""
        async with self._database.transaction() as session:
            turn = await self._lock(session, conversation_id, said.channel, began, said.message_id)
            if turn.answer is not None:
                return turn.answer
            heard = Heard(text, said_by_button("/", turn.state.language))
            effects = [Effect("problem", {"kind": "internal_error"})]
            effects += [Effect("handoff", {"reason": "internal_error"})] if hand_over else []
            name = "utter_handoff" if hand_over else "utter_internal_error"
            reply = self._runtime.wording.say(name, turn.state, self._scene(turn).channel)
            turn.state.said = [reply.text]
            return await self._record(turn, said, heard, Decision([reply], effects, understood=False))

    def _spoken(self, turn: OpenTurn, decision: Decision) -> dict[str, Any]:
        """How a call goes on from here: what is awaited, what must be heard to its end, whether the call is over."""
        responses = self._runtime.domain.responses
        said = [reply.response for reply in decision.replies]
        return {
            **asdict(self._runtime.expected(turn.state)),
            "firm": [name in responses and responses[name].firm for name in said],
            "waits": "utter_wait" in said,
            "over": turn.conversation.status == "closed" or any(effect.kind == "end_call" for effect in decision.effects),
            "recording": turn.state.slots.get("recording_allowed") is True,
            "tone": self.watch.tone_allowed(turn.conversation, turn.person, turn.state),
            "customer": self.watch.customer(turn.conversation, turn.person, turn.state),
        }

    def _scene(self, turn: OpenTurn, more: Mapping[str, Any] | None = None) -> Scene:
        person, spoken = turn.person, turn.channel in SPOKEN
        hours = self._settings.hours
        context = {
            **turn.conversation.context, **(more or {}), "survey_due": survey_due(turn),
            "phone_known": turn.has_phone, "has_phone": spoken and turn.has_phone,
            "tone": spoken and self.watch.tone_allowed(turn.conversation, person, turn.state),
        }  # fmt: skip
        return Scene(
            now=turn.now.astimezone(ZoneInfo(person.time_zone)),
            channel="phone" if spoken else turn.channel,
            records=StoredRecords(turn.session),
            knowledge=self._knowledge,
            parse=parse,
            person=PersonInScene(person.id, person.name, person.country, person.currency),
            kind=turn.conversation.kind,
            context=context,
            feeling=turn.noticed.feeling if turn.noticed else Feeling(),
            opens=lambda moment: hours.next_opening(moment).astimezone(moment.tzinfo),
        )
