"""Agents on a call, from the desk: the socket that carries their voice, and the bar of buttons that a page shows for it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Response, WebSocket
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import address_of, service_of
from bot.calls import store as calls
from bot.calls.agent_line import AgentLine
from bot.desk.i18n import _
from bot.desk.session import refused, token_of, visitor
from bot.escalation.scope import sees
from bot.metrics import ON_CALLS
from bot.service import Service
from bot.store.database import UNREACHABLE
from bot.store.models import Conversation, Escalation, User
from bot.users import audit
from bot.users.accounts import may
from bot.users.sessions import is_made_up
from speech.bridge import Bridge

logger = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)
SCRIPT = Path(__file__).with_name("voice.js")
LOOK_S = 20.0
"""How often it is looked whether whoever is on a call may still be, in s."""
Mode = Literal["talk", "listen"]
CODES = {
    "signed_out": 4401, "role_missing": 4403, "another_team": 4403, "not_the_owner": 4409, "no_such_escalation": 4404, "mode_unknown": 4400,
    "call_over": 4410, "caller_away": 4411, "another_server": 4421, "unavailable": 1011, "notice_failed": 4412,
}  # fmt: skip
"""What the socket is closed with where somebody is not let in, by the reason that their page is told."""
FORBIDDEN = ("role_missing", "another_team", "not_the_owner", "no_such_escalation")
"""Those of them that are in the audit log: somebody wanted what is not theirs."""


@router.get("/desk/voice.js")
async def script() -> Response:
    """The browser's side; it shows and tells nothing by itself."""
    headers = {"Cache-Control": "public, max-age=300"}
    return Response(SCRIPT.read_text(encoding="utf-8"), media_type="text/javascript; charset=utf-8", headers=headers)


@router.websocket("/desk/voice/{escalation_id}")
async def voice(socket: WebSocket, escalation_id: str, mode: str = "talk") -> None:
    """Talk with the caller (``mode=talk``: whose conversation it is) or listen in (``mode=listen``: supervisors of its team). A page of
    another site never comes this far (`bot.desk.origin`)."""
    service = service_of(socket)
    await socket.accept()  # a browser is told the code of an accepted socket only
    line = AgentLine(socket)
    try:
        found = await _admitted(socket, service, escalation_id, mode)
    except UNREACHABLE:
        found = "unavailable"
    if isinstance(found, str):
        line.end(found, CODES[found])
        await line.send()
        return
    watching = asyncio.create_task(_watch(socket, service, line, found))
    joining = asyncio.create_task(_join(service, line, found))
    try:
        with ON_CALLS.labels(found.mode).track_inprogress():
            await line.serve(found.bridge)
    finally:
        for task in (watching, joining):
            task.cancel()
        await asyncio.gather(watching, joining, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class _Admitted:
    """Who is let into which call. ``seq``: the conversation's last message then."""

    user: User
    escalation: str
    conversation: str
    seq: int
    mode: Mode
    bridge: Bridge


async def _admitted(socket: WebSocket, service: Service, escalation_id: str, mode: str) -> _Admitted | str:
    """Whom we let in, with an entry in the audit log; or why not."""
    user, token = await visitor(socket), token_of(socket)
    if user is None and token and await is_made_up(service.database, token):
        await refused(socket, None, "forged_session", "/desk/voice")
    if user is None or user.must_change:
        return "signed_out"
    async with service.database.transaction() as session:
        found = await _allowed(session, service, user, escalation_id, mode)
        if not isinstance(found, str):
            action = "bridged" if mode == "talk" else "listened"
            audit.write(session, service.clock.now(), user.login, action, escalation_id, address=address_of(socket))
    if found in FORBIDDEN:
        await refused(socket, user, str(found), escalation_id if escalation_id.isprintable() else "/desk/voice")
    return found


async def _allowed(session: AsyncSession, service: Service, user: User, escalation_id: str, mode: str) -> _Admitted | str:
    if mode not in ("talk", "listen"):
        return "mode_unknown"
    if not may(user, "agent" if mode == "talk" else "supervisor"):
        return "role_missing"
    escalation = await session.get(Escalation, escalation_id) if escalation_id.isprintable() else None
    if escalation is None:
        return "no_such_escalation"
    if mode == "listen" and not sees(user, escalation.team):
        return "another_team"
    conversation = await session.get_one(Conversation, escalation.conversation_id)
    if mode == "talk" and not (escalation.status == "taken" and escalation.agent == conversation.owner == user.login):
        return "not_the_owner"
    bridge = service.calls.bridge(conversation.id)
    if bridge is not None:
        return _Admitted(user, escalation_id, conversation.id, conversation.seq, "talk" if mode == "talk" else "listen", bridge)
    rows = await calls.of_conversation(session, conversation.id)
    standing = rows[-1].status if rows else "ended"
    return {"live": "another_server", "broken": "caller_away", "coming": "caller_away"}.get(standing, "call_over")


async def _join(service: Service, line: AgentLine, found: _Admitted) -> None:
    """Put them on the call; or say why that cannot be any more."""
    try:
        await _joined(service, line, found)
    except Exception:
        logger.exception("somebody could not be put on a call")
        line.end("unavailable", CODES["unavailable"])


async def _joined(service: Service, line: AgentLine, found: _Admitted) -> None:
    if found.mode == "talk":
        user = found.user
        if not await service.calls.join(found.conversation, line, login=user.login, name=user.name or user.login, since=found.seq):
            line.end("call_over", CODES["call_over"])
    elif not await found.bridge.listen(line):
        line.end("notice_failed", CODES["notice_failed"])


async def _watch(socket: WebSocket, service: Service, line: AgentLine, found: _Admitted) -> None:
    """Send away whose session has ended meanwhile, or who may not listen any more. Being on a call counts as being here."""
    while True:
        await asyncio.sleep(LOOK_S)
        with contextlib.suppress(*UNREACHABLE):  # asked again later: a call is not ended by a database that is away
            user = await visitor(socket)
            if user is None or not may(user, "agent" if found.mode == "talk" else "supervisor"):
                line.end("signed_out", CODES["signed_out"])


def texts() -> dict[str, str]:
    """What the bar says, in the language of whoever looks."""
    return {
        "join": _("Join the call"), "listen": _("Listen in"), "mute": _("Mute"), "unmute": _("Unmute"), "hold": _("Hold"),
        "resume": _("Resume"), "leave": _("Leave"), "level": _("Microphone level"), "bar": _("Call"),
        "idle": _("You are not on the line."), "asking": _("Please allow the microphone."), "connecting": _("Connecting …"),
        "reconnecting": _("The line broke. Reconnecting …"), "talking": _("You are talking with the caller."),
        "muted": _("You are muted: the caller does not hear you."), "on_hold": _("The caller is on hold and hears music."),
        "waiting": _("The caller is being told that you listen."), "listening": _("You are listening. Nobody hears you."),
        "listened": _("A supervisor is listening."), "left": _("You left the line. The caller hears music until you come back."),
        "stopped": _("You no longer listen."), "caller_away": _("The caller's line broke. Waiting for them to come back …"),
        "call_over": _("The call is over."), "owner_changed": _("The conversation is no longer yours: you are off the line."),
        "another_tab": _("You are on this call in another tab."), "signed_out": _("Your session has ended: sign in again."),
        "role_missing": _("You may not do this."), "another_team": _("This conversation belongs to another team."),
        "not_the_owner": _("Take the conversation before you talk with the caller."),
        "another_server": _("This call is on another server: open the desk there."),
        "notice_failed": _("The caller could not be told that you listen, so you cannot."),
        "unreachable": _("The connection could not be made. Try again."), "refused": _("The browser does not allow the microphone."),
        "no_microphone": _("No microphone was found."), "microphone_busy": _("Another program uses the microphone."),
        "no_sound": _("The browser cannot play sound."), "insecure": _("The microphone needs a secure address (https)."),
        "microphone_lost": _("The microphone was disconnected."),
    }  # fmt: skip


class VoiceBar:
    """Buttons for one call in a page of nicegui: join it (or listen in), mute, hold, leave; the microphone's level, and where one
    stands. The call itself belongs to the browser's page: it goes on when the bar is drawn anew, for as long as the page is open."""

    def __init__(self, escalation_id: str, mode: Mode = "talk") -> None:
        from nicegui import ui

        self.element = ui.element("div").classes("w-full").props('data-testid="voice-bar"')
        options = json.dumps({"escalation": escalation_id, "mode": mode, "texts": texts()}, ensure_ascii=False)
        ui.run_javascript(f"import('/desk/voice.js').then((voice) => voice.mount({self.element.id}, {options}))")
