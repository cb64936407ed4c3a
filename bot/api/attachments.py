"""Files in a chat: sent by who has the conversation, and opened by them or by a link that ends."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect

from bot.api.access import Credentials, Doors, Svc, Trusted, address_of, opened, service_of, who_asks
from bot.escalation import attachments
from bot.problems import Problem
from bot.users import audit

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
Name = Annotated[str, Query(max_length=500, description="The file's name, where the body is the file itself.")]
Agent = Annotated[str, Query(max_length=100, description="The agent who will send it; only with a key. Without: the person.")]
Expires = Annotated[int, Query(ge=0, le=2**53)]
_TOLD = frozenset({409, 413, 415, 429})
"""Refusals of a file that go into the audit log."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",  # the widget lives on other sites
    "Referrer-Policy": "no-referrer",
    "Cache-Control": f"private, max-age={attachments.LINK_S}",
}


@router.post("/{conversation_id}/attachments", status_code=201)
async def upload(
    conversation_id: str, request: Request, service: Svc, credentials: Credentials, trusted: Trusted, name: Name = "", agent: Agent = ""
) -> dict[str, Any]:
    """Keep a file for a message to come: the body itself, with ``?name=``, or the file of a multipart form. The same file twice is one."""
    doors: Doors = request.app.state.doors
    await doors.language(service, conversation_id, credentials, trusted=trusted)
    if agent and not trusted:
        raise Problem(403, "agent_needs_key", "Only who has a key can send a file for an agent.", field="agent")
    who = await who_asks(request, credentials)
    return await receive(request, conversation_id, author=agent or attachments.PERSON, who=who, name=name, limited=not trusted)


@router.get("/{conversation_id}/attachments/{attachment_id}", response_class=Response)
async def download(
    conversation_id: str, attachment_id: str, service: Svc, credentials: Credentials, trusted: Trusted,
    expires: Expires = 0, signature: str = "",
) -> Response:  # fmt: skip
    """A file, for the conversation's own token, a key, or a link of ours. Images are shown in place, all else is kept by the browser."""
    by_link = attachments.opens(service, conversation_id, attachment_id, expires, signature, service.clock.now())
    if signature and not by_link and credentials is None:
        raise Problem(403, "link_ended", "This link does not open the file any more: open the conversation again.")
    async with service.database.sessions() as session:
        if not by_link:
            await opened(session, conversation_id, credentials, trusted=trusted)
        file = await attachments.found(session, conversation_id, attachment_id)
    shown = "inline" if file.media_type.startswith("image/") else "attachment"
    headers = {**_HEADERS, "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(file.name, safe='')}"}
    return Response(file.data, media_type=file.media_type, headers=headers)


async def receive(
    request: Request, conversation_id: str, *, author: str, who: str, name: str = "", limited: bool = False
) -> dict[str, Any]:
    """Keep the file that is a request's body, or in its form, for whoever may send it: ``author`` as in `attachments.add`, ``who`` as the
    audit knows them. ``limited``: they may send only so many in a time. Raises Problem as `attachments.add` does; the audit is told."""
    service = service_of(request)
    try:
        if limited:
            await request.app.state.throttle.file(address_of(request))
        name, data = await _file(request, name, service.settings.attachment_limit)
        async with service.database.transaction() as session:
            made = await attachments.add(session, service.settings, conversation_id, author, name, data, service.clock.now())
            found = attachments.file_json(made)
    except Problem as problem:
        if problem.status in _TOLD:
            await _refused(request, conversation_id, who, problem.code)
        raise
    return {**found, "url": attachments.url(service, conversation_id, found["id"], service.clock.now())}


async def _file(request: Request, name: str, limit: int) -> tuple[str, bytes]:
    """The name and the content of the file that is sent. `bot.app.BodyLimit` counts while it is read; more than ``limit`` bytes are not."""
    try:
        if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            body = bytearray()
            async for piece in request.stream():
                body += piece
            return name, bytes(body)
        async with request.form(max_files=1, max_fields=4) as form:
            for value in form.values():
                if isinstance(value, UploadFile):
                    return value.filename or name, await value.read(limit + 1)
    except ClientDisconnect as gone:
        raise Problem(400, "upload_broken_off", "The file did not come to its end: send it again.", field="file") from gone
    raise Problem(422, "attachment_missing", "The form has no file.", field="file")


async def _refused(request: Request, conversation_id: str, who: str, code: str) -> None:
    """Note a refused file, sparingly: the log must not be what somebody fills."""
    service, address = service_of(request), address_of(request)
    now = service.clock.now()
    if not hasattr(request.app.state, "files_refused"):
        request.app.state.files_refused = audit.Sparing()
    left = request.app.state.files_refused.left(address, now)
    if left:
        async with service.database.transaction() as session:
            audit.refused(session, now, who, code, conversation_id, address=address, last=left == 1)
