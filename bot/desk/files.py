"""Where the desk's browser puts a file that an agent will send."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import Svc
from bot.api.attachments import receive
from bot.desk import i18n
from bot.desk.session import acting, interface
from bot.desk.wrong import in_words
from bot.escalation import queue
from bot.problems import Problem, not_found
from bot.store.models import Escalation

router = APIRouter(include_in_schema=False)


@router.post("/desk/files/{escalation_id}")
async def upload(request: Request, escalation_id: str, service: Svc, name: str = "") -> dict[str, Any]:
    """Keep the body as a file for the next message; what is told of it is returned. Only for who may write in the conversation."""
    user = await acting(request, "agent")
    try:
        async with service.database.sessions() as session:  # before a byte is read
            conversation = await _where(session, escalation_id, user.login)
        return await receive(request, conversation, author=user.login, who=user.login, name=name)
    except Problem as problem:
        with i18n.speaking(interface(request, user)):  # the page shows it as it is
            raise Problem(problem.status, problem.code, in_words(problem), field=problem.field) from problem


async def _where(session: AsyncSession, escalation_id: str, login: str) -> str:
    """The conversation's id. Raises Problem (404, 409)."""
    escalation = await session.get(Escalation, escalation_id) if escalation_id.isprintable() else None
    if escalation is None:
        raise not_found("escalation")
    if not queue.may_write(escalation, login):
        raise Problem(409, "not_the_owner", "Take the conversation before you act in it.")
    return escalation.conversation_id
