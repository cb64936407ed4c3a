"""Tasks: they ring until they are done, belong to one agent, and show on the person's journey."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.escalation import tasks
from bot.journey.export import everything
from bot.problems import Problem
from bot.store.models import Task, User
from bot.users import accounts
from tests.house import House


async def made(house: House, *, minutes: float = 60, **more: Any) -> Task:
    """A call back for somebody new."""
    _, person = await house.met()
    values: dict[str, Any] = {"kind": "callback", "text": "about the kettle", "language": "en", "by": "bot", **more}
    async with house.service.database.transaction() as session:
        now = house.clock.now()
        return await tasks.add(session, due=now + timedelta(minutes=minutes), person_id=values.pop("person", person), now=now, **values)


async def user(house: House, login: str) -> User:
    """Who this is."""
    async with house.service.database.sessions() as session:
        return await accounts.known(session, login)


async def rung(house: House) -> int:
    """How many tasks ring now."""
    async with house.service.database.transaction() as session:
        return await tasks.ring(session, house.clock.now())


async def silenced(house: House) -> None:
    """Whatever earlier tests left rings no more."""
    await house.queue.rows("UPDATE tasks SET status = 'done' WHERE status = 'open' RETURNING id")


async def do(house: House, what: str, *args: Any) -> Task:
    """Claim, finish, cancel or postpone in a transaction."""
    async with house.service.database.transaction() as session:
        found: Task = await getattr(tasks, what)(session, *args)
        return found


async def refused(house: House, what: str, *args: Any) -> tuple[int, str]:
    """Status and code of the refusal."""
    with pytest.raises(Problem) as problem:
        await do(house, what, *args)
    return problem.value.status, problem.value.code


async def test_a_task_rings_when_it_is_due_and_every_five_minutes_until_it_is_done(at_home: House) -> None:
    await silenced(at_home)
    task = await made(at_home, minutes=10)
    assert await rung(at_home) == 0
    at_home.clock.advance(minutes=10)
    assert await rung(at_home) == 1
    assert await rung(at_home) == 0
    at_home.clock.advance(minutes=5)
    assert await rung(at_home) == 1
    rows = await at_home.queue.rows("SELECT rings, rang FROM tasks WHERE id = %s", task.id)
    assert rows == [{"rings": 2, "rang": at_home.clock.now()}]
    await do(at_home, "done", task.id, "Ada", "reached", at_home.clock.now())
    at_home.clock.advance(hours=1)
    assert await rung(at_home) == 0


async def test_two_processes_ring_once(at_home: House) -> None:
    await silenced(at_home)
    await made(at_home, minutes=1)
    at_home.clock.advance(minutes=1)
    assert sum(await asyncio.gather(*(rung(at_home) for _ in range(4)))) == 1


async def test_it_rings_for_its_agent_or_for_everybody(at_home: House) -> None:
    await silenced(at_home)
    login = await at_home.user()
    with at_home.service.hub.listening(f"user:{login}") as own, at_home.service.hub.listening("queue") as all_of_them:
        mine, nobodys = await made(at_home, minutes=1, agent=login), await made(at_home, minutes=1)
        at_home.clock.advance(minutes=1)
        await rung(at_home)
        async with asyncio.timeout(10):
            assert (await own.get())["task"] == mine.id
            heard = []
            while {"type": "task_due", "task": nobodys.id} not in heard:
                event = await all_of_them.get()
                heard.append({"type": event.get("type"), "task": event.get("task")})
    assert {"type": "task_due", "task": mine.id} not in heard


async def test_a_postponed_task_rings_at_its_new_time(at_home: House) -> None:
    await silenced(at_home)
    task = await made(at_home, minutes=1)
    at_home.clock.advance(minutes=1)
    assert await rung(at_home) == 1
    later = at_home.clock.now() + timedelta(minutes=2)
    assert (await do(at_home, "postpone", task.id, "Ada", later, at_home.clock.now())).agent == "Ada"
    assert await rung(at_home) == 0
    at_home.clock.advance(minutes=2)
    assert await rung(at_home) == 1
    past = at_home.clock.now() - timedelta(minutes=1)
    assert await refused(at_home, "postpone", task.id, "Ada", past, at_home.clock.now()) == (422, "due_past")


async def test_who_sees_what(at_home: House) -> None:
    await silenced(at_home)
    anna = await at_home.user(teams=["returns"], languages=["pl"])
    boss = await at_home.user("supervisor", teams=["returns"], languages=["pl"])
    own = await made(at_home, agent=anna, minutes=30, language="en", team="sales")
    soon = await made(at_home, minutes=10, language="pl", team="returns")
    free = await made(at_home, minutes=20, language="pl")
    foreign = await made(at_home, language="ro", team="returns")
    other_team = await made(at_home, language="pl", team="sales")
    colleague = await made(at_home, minutes=40, language="pl", agent="bo")
    async with at_home.service.database.sessions() as session:
        seen = [task.id for task in await tasks.listing(session, await user(at_home, anna), at_home.clock.now())]
        seen_by_boss = {task.id for task in await tasks.listing(session, await user(at_home, boss), at_home.clock.now())}
    assert seen == [soon.id, free.id, own.id]
    assert seen_by_boss == {soon.id, free.id, foreign.id, colleague.id}
    assert await refused(at_home, "claim", other_team.id, anna) == (403, "another_team")
    assert await refused(at_home, "claim", foreign.id, anna) == (403, "another_team")
    assert await refused(at_home, "claim", colleague.id, anna) == (409, "task_taken")
    assert (await do(at_home, "claim", soon.id, anna)).agent == anna
    assert (await do(at_home, "claim", soon.id, anna)).agent == anna  # again: nothing changes
    assert await refused(at_home, "done", colleague.id, anna, "", at_home.clock.now()) == (409, "task_taken")
    done = await do(at_home, "done", colleague.id, boss, "called", at_home.clock.now())
    assert (done.agent, done.done_by) == ("bo", boss)


async def test_of_two_agents_one_gets_a_task(at_home: House) -> None:
    task = await made(at_home)
    results = await asyncio.gather(*(do(at_home, "claim", task.id, f"agent{n}") for n in range(6)), return_exceptions=True)
    assert sum(isinstance(result, Task) for result in results) == 1
    assert all(result.code == "task_taken" for result in results if isinstance(result, Problem))


async def test_what_was_done_is_on_the_journey(at_home: House) -> None:
    conversation, person = await at_home.met()
    task = await made(at_home, person=person, conversation_id=conversation)
    at_home.clock.advance(hours=2)
    await do(at_home, "done", task.id, "Ada", "reached, a new kettle is on its way", at_home.clock.now())
    (found,) = (await at_home.http.get("/v1/touchpoints", params={"person": person, "channel": "phone"})).json()["touchpoints"]
    assert (found["direction"], found["outcome"], found["conversation"]) == ("out", "reached, a new kettle is on its way", conversation)
    assert found["measures"] == {"late_s": 3600.0, "rings": 0}
    assert await refused(at_home, "done", task.id, "Ada", "", at_home.clock.now()) == (409, "task_over")


async def test_a_cancelled_task_leaves_no_touchpoint(at_home: House) -> None:
    _, person = await at_home.met()
    task = await made(at_home, person=person)
    cancelled = await do(at_home, "cancel", task.id, "Ada", "they called us", at_home.clock.now())
    assert (cancelled.status, cancelled.result) == ("cancelled", "they called us")
    assert (await at_home.http.get("/v1/touchpoints", params={"person": person, "channel": "phone"})).json()["touchpoints"] == []


async def test_erased_with_the_person_and_shown_in_their_export(at_home: House) -> None:
    _, person = await at_home.met()
    task = await made(at_home, person=person)
    async with at_home.service.database.sessions() as session:
        exported = (await everything(session, person))["tasks"]
    assert [(one["id"], one["text"]) for one in exported] == [(task.id, "about the kettle")]
    assert (await at_home.http.post(f"/v1/people/{person}/erase")).status_code == 200
    assert await at_home.queue.rows("SELECT 1 FROM tasks WHERE id = %s", task.id) == []


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"text": "  "}, 422, "text_wrong"), ({"text": "x" * 1001}, 422, "text_wrong"), ({"minutes": -1}, 422, "due_past"),
        ({"kind": "party"}, 422, "task_kind_wrong"), ({"person": "V-nobody"}, 404, "person_not_found"),
    ],
)  # fmt: skip
async def test_what_is_no_task_is_refused(at_home: House, wrong: dict[str, Any], status: int, code: str) -> None:
    with pytest.raises(Problem) as problem:
        await made(at_home, **wrong)
    assert (problem.value.status, problem.value.code) == (status, code)


async def test_an_unknown_task_is_not_found(at_home: House) -> None:
    assert await refused(at_home, "claim", "T-nothing", "Ada") == (404, "task_not_found")


# ---- from other systems


async def test_another_system_adds_a_task_and_says_that_it_is_done(at_home: House) -> None:
    conversation, person = await at_home.met("pl")
    due = (at_home.clock.now() + timedelta(hours=1)).isoformat()
    body = {"kind": "callback", "text": "o czajnik", "due": due, "person": person, "conversation": conversation}
    answer = await at_home.http.post("/v1/tasks", json=body)
    assert answer.status_code == 201, answer.text
    task = answer.json()
    assert (task["language"], task["agent"], task["created_by"]) == ("pl", None, "key:API_KEY")
    assert task["phone"].startswith("+48600")
    for what, more in (("claim", {}), ("postpone", {"due": due}), ("done", {"result": "reached"})):
        answer = await at_home.http.post(f"/v1/tasks/{task['id']}/{what}", json={"agent": "Ada", **more})
        assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["done_by"]) == ("done", "Ada")
    found = (await at_home.http.get("/v1/tasks", params={"status": "done", "agent": "Ada"})).json()["tasks"]
    assert task["id"] in [one["id"] for one in found]
    acts = await at_home.queue.rows("SELECT action FROM audit WHERE about = %s ORDER BY id", task["id"])
    assert [row["action"] for row in acts] == ["made_task", "claimed_task", "postponed_task", "did_task"]


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        ({"due": "2035-11-14T10:00:00"}, 422, "due"), ({"due": "2001-01-01T10:00:00Z"}, 422, "due"), ({"kind": "x"}, 422, "kind"),
        ({"text": " "}, 422, "text"), ({"conversation": "nothing"}, 422, "conversation"), ({"person": "nobody"}, 404, None),
        ({"agent": ""}, 422, "agent"), ({"more": 1}, 422, "more"),
    ],
)  # fmt: skip
async def test_the_api_names_what_is_wrong(at_home: House, wrong: dict[str, Any], status: int, field: str | None) -> None:
    _, person = await at_home.met()
    due = (at_home.clock.now() + timedelta(hours=1)).isoformat()
    answer = await at_home.http.post("/v1/tasks", json={"kind": "promise", "text": "x", "due": due, "person": person, **wrong})
    assert (answer.status_code, answer.json().get("field")) == (status, field), answer.text


async def test_a_person_cannot_be_given_anothers_conversation(at_home: House) -> None:
    (conversation, _), (_, other) = await at_home.met(), await at_home.met()
    due = (at_home.clock.now() + timedelta(hours=1)).isoformat()
    body = {"kind": "promise", "text": "x", "due": due, "person": other, "conversation": conversation}
    assert (await at_home.http.post("/v1/tasks", json=body)).json()["code"] == "conversation_wrong"
