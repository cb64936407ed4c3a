"""An application for a job, as the preselection finds and keeps it."""

from __future__ import annotations

from typing import Any

from dialogs.actions.base import ActionTurn


async def job_of(turn: ActionTurn, job_id: Any) -> dict[str, Any] | None:
    """The job, read without a lock: many candidates talk about one job at once."""
    return next((job for job in await turn.scene.records.find("job") if job["id"] == job_id), None)


async def application_of(turn: ActionTurn) -> dict[str, Any] | None:
    """The application this conversation is about."""
    application_id = turn.slots.get("application_id")
    return await turn.scene.records.get("application", str(application_id)) if application_id else None


async def save(turn: ActionTurn, application: dict[str, Any], **changes: Any) -> None:
    """Change the application and keep it."""
    application.update(changes)
    await turn.scene.records.put("application", str(application["id"]), application)


async def named_application(turn: ActionTurn) -> dict[str, Any] | None:
    """The application the caller named, if it is this person's."""
    named = turn.scene.context.get("application_id") or turn.slots.get("application_id")
    application = await turn.scene.records.get("application", str(named)) if named else None
    if application and application.get("person") and turn.scene.person.id:
        return application if application["person"] == turn.scene.person.id else None
    return application


async def own_application(turn: ActionTurn, job_id: str) -> dict[str, Any]:
    """The person's latest application for the job, or a new one."""
    records, person = turn.scene.records, turn.scene.person.id
    own = await records.find("application", job=job_id, person=person) if person else []
    if own:
        return own[-1]
    new_id = await records.new_id("application", "A")
    application = {"job": job_id, "person": person, "status": "applied", "applied": turn.scene.now.isoformat()}
    await records.put("application", new_id, application)
    return {**application, "id": new_id}


async def note(turn: ActionTurn, topic: str, *, answered: bool) -> None:
    """Keep the question, in the candidate's words, with the application."""
    application = await application_of(turn)
    if application is not None:
        question = {"topic": topic, "words": turn.heard.text, "at": turn.scene.now.isoformat(), "answered": answered}
        await save(turn, application, questions=[*application.get("questions", []), question])
