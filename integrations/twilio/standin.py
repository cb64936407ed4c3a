"""A stand-in for Twilio's messages and calls on this machine, for tests and for development. It reaches nobody.

`create_standin` gives an ASGI application with helpers; ``python -m integrations.twilio.standin --port 8090`` runs it
with a few addresses of its own under ``/standin`` (same credentials), so that another process can play a person::

    curl -u $SID:$TOKEN -d 'From=+48500600700' -d 'To=+48111222333' -d 'Body=STOP' localhost:8090/standin/inject

Kept to Twilio's published API description, with these differences: unknown parameters are refused, callbacks may go
to this machine, and messages are delivered at once.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hmac
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs
from xml.etree import ElementTree

import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from integrations.twilio.forms import clean
from integrations.twilio.segments import segments
from integrations.twilio.standin_calls import Calls
from integrations.twilio.standin_messages import API, Message, Messages, Refusal
from integrations.twilio.standin_phone import Phones
from integrations.twilio.standin_webhook import WebhookFailed, post_signed

__all__ = ["Standin", "WebhookFailed", "create_standin"]

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Trouble:
    left: int
    status: int
    code: int
    hang: float
    after: bool


class Standin:
    """The stand-in: an ASGI application (`app`, or the object itself) and the levers for a test, from any thread.

    ``pace`` is the time in seconds between two statuses of a message.
    """

    def __init__(
        self, account_sid: str, auth_token: str, webhook_url: str | None = None, *, pace: float = 0.05
    ) -> None:  # fmt: skip
        self.account_sid, self.webhook_url = account_sid, webhook_url
        self.messages = Messages(account_sid)
        self.phones = Phones(Calls(account_sid), auth_token)
        """Everything about calls: who answers and how, and people who call us."""
        self.undeliverable: dict[str, int] = {}
        """Numbers that never get their messages, with the error code their callbacks carry (30003, 30005, …)."""
        self.requests = 0
        """API requests seen, the refused ones too."""
        self._token, self._pace = auth_token, pace
        self._trouble: _Trouble | None = None
        self._lock = threading.Lock()
        self._pending = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.app = _application(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: the application itself."""
        await self.app(scope, receive, send)

    def sent(self, to: str | None = None) -> list[Message]:
        """What the service sent (to one number), oldest first."""
        return [m for m in self.messages.all() if m.direction != "inbound" and to in (None, m.to)]

    def fail_next(
        self, count: int, status: int = 503, *, code: int = 0, hang: float = 0.0, after: bool = False
    ) -> None:  # fmt: skip
        """Answer the next ``count`` API requests with this HTTP status and Twilio code, ``hang`` seconds late.

        ``after``: the request is carried out first and only its answer is lost, the case that makes duplicates.
        """
        self._trouble = _Trouble(count, status, code or {429: 20429, 401: 20003}.get(status, 20500), hang, after)

    async def inject(self, from_: str, to: str, body: str, num_media: int = 0) -> str:
        """A person writes: post the signed webhook to the service and return its TwiML.

        Its ``<Message>`` answers are kept as messages to the person. `WebhookFailed` when it did not answer 2xx.
        """
        if not self.webhook_url:
            raise ValueError("the stand-in has no webhook_url to post to")
        message = self.messages.receive(from_, to, clean(body), num_media)
        answer = await self._post(self.webhook_url, self._inbound_form(message))
        for text in _twiml_messages(answer):
            self._deliver(self.messages.reply(from_, to, text))
        return answer

    async def settled(self, timeout: float = 10.0) -> None:
        """Wait until every message has its last status and every callback was posted; ``TimeoutError`` in seconds."""
        deadline = time.monotonic() + timeout
        while self._pending:
            if time.monotonic() > deadline:
                raise TimeoutError("the stand-in still has messages under way")
            await asyncio.sleep(0.01)

    def knows(self, authorization: str) -> bool:
        """Whether the basic-auth header holds the account's credentials."""
        expected = base64.b64encode(f"{self.account_sid}:{self._token}".encode()).decode()
        return hmac.compare_digest(authorization.encode(), f"Basic {expected}".encode())

    def order(self, form: dict[str, list[str]]) -> Message:
        """What the API's POST does: keep the message and let it travel."""
        message = self.messages.create(form)
        self._deliver(message)
        return message

    def trouble(self) -> _Trouble | None:
        """Use up one of the failures asked for."""
        with self._lock:
            self.requests += 1
            trouble = self._trouble
            if trouble is None or trouble.left < 1:
                return None
            trouble.left -= 1
            return trouble

    def _deliver(self, message: Message) -> None:
        with self._lock:
            self._pending += 1
        task = asyncio.get_running_loop().create_task(self._travel(message))
        self._tasks.add(task)
        task.add_done_callback(self._arrived)

    def _arrived(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        with self._lock:
            self._pending -= 1

    async def _travel(self, message: Message) -> None:
        code = self.undeliverable.get(message.to)
        steps = [("sent", None), ("undelivered", code) if code else ("delivered", None)]
        await self._call_back(message)
        for status, error in steps if message.status == "queued" else []:
            await asyncio.sleep(self._pace)
            self.messages.move(message, status, error)
            await self._call_back(message)

    async def _call_back(self, message: Message) -> None:
        if not message.status_callback:
            return
        form = {
            "AccountSid": self.account_sid, "ApiVersion": "2010-04-01", "From": message.from_ or "",
            "To": message.to, "MessageSid": message.sid, "SmsSid": message.sid, "MessageStatus": message.status,
            "SmsStatus": message.status,
        }  # fmt: skip
        if message.error_code:
            form["ErrorCode"] = str(message.error_code)
        try:
            await self._post(message.status_callback, form)
        except WebhookFailed as error:
            _log.warning("the status callback for %s was answered with %d", message.sid, error.status)

    async def _post(self, url: str, form: dict[str, str]) -> str:
        return await post_signed(self._token, url, form)

    def _inbound_form(self, message: Message) -> dict[str, str]:
        return {
            "AccountSid": self.account_sid, "ApiVersion": "2010-04-01", "Body": message.body,
            "From": message.from_ or "", "To": message.to, "MessageSid": message.sid, "SmsMessageSid": message.sid,
            "SmsSid": message.sid, "SmsStatus": "received", "NumMedia": str(message.num_media),
            "NumSegments": str(max(1, segments(message.body))),
            **{f"MediaUrl{n}": f"https://api.twilio.com{message.uri}/Media/{n}" for n in range(message.num_media)},
            **{f"MediaContentType{n}": "image/jpeg" for n in range(message.num_media)},
        }  # fmt: skip


def create_standin(
    account_sid: str, auth_token: str, webhook_url: str | None = None, *, pace: float = 0.05
) -> Standin:  # fmt: skip
    """A stand-in for one account. ``webhook_url`` is where the service takes inbound messages, ``pace`` seconds."""
    return Standin(account_sid, auth_token, webhook_url, pace=pace)


def _application(standin: Standin) -> FastAPI:
    async def guard(request: Request) -> None:
        if not standin.knows(request.headers.get("Authorization", "")):
            raise Refusal(20003, 401)

    app = FastAPI(title="Twilio stand-in", openapi_url=None, dependencies=[Depends(guard)])
    base = f"{API}/Accounts/{{account}}"

    @app.exception_handler(Refusal)
    async def refuse(request: Request, refusal: Refusal) -> JSONResponse:
        return _refused(refusal)

    @app.post(base + "/Messages.json")
    async def create(account: str, request: Request) -> JSONResponse:
        form = await _form(request)
        return await _answer(standin, account, lambda: JSONResponse(standin.order(form).document(), 201))

    @app.get(base + "/Messages.json")
    async def find(account: str, request: Request) -> JSONResponse:
        return await _answer(standin, account, lambda: JSONResponse(standin.messages.page(request.query_params)))

    @app.get(base + "/Messages/{sid}.json")
    async def fetch(account: str, sid: str) -> JSONResponse:
        return await _answer(standin, account, lambda: JSONResponse(standin.messages.get(sid).document()))

    _add_calls(app, standin, base)
    _add_levers(app, standin)
    return app


def _add_calls(app: FastAPI, standin: Standin, base: str) -> None:
    @app.post(base + "/Calls.json")
    async def place(account: str, request: Request) -> JSONResponse:
        form = await _form(request)
        return await _answer(standin, account, lambda: JSONResponse(standin.phones.order(form).document(), 201))

    @app.get(base + "/Calls.json")
    async def find_calls(account: str, request: Request) -> JSONResponse:
        return await _answer(standin, account, lambda: JSONResponse(standin.phones.calls.page(request.query_params)))

    @app.get(base + "/Calls/{sid}.json")
    async def fetch_call(account: str, sid: str) -> JSONResponse:
        return await _answer(standin, account, lambda: JSONResponse(standin.phones.calls.get(sid).document()))

    @app.post(base + "/Calls/{sid}.json")
    async def change_call(account: str, sid: str, request: Request) -> JSONResponse:
        form = await _form(request)
        return await _answer(standin, account, lambda: JSONResponse(standin.phones.change(sid, form).document()))


def _add_levers(app: FastAPI, standin: Standin) -> None:
    """What a developer or a test in another process needs; not Twilio's."""

    @app.post("/standin/inject")
    async def inject(request: Request) -> Response:
        form = {name: values[-1] for name, values in (await _form(request)).items()}
        if not standin.webhook_url:
            return JSONResponse({"detail": "started without --webhook-url"}, 409)
        try:
            twiml = await standin.inject(form.get("From", ""), form.get("To", ""), form.get("Body", ""))
        except WebhookFailed as error:
            return JSONResponse({"detail": str(error), "status": error.status, "body": error.body}, 502)
        return Response(twiml, media_type="text/xml")

    @app.get("/standin/messages")
    async def messages(request: Request) -> JSONResponse:
        to = request.query_params.get("To")
        return JSONResponse([m.document() for m in standin.messages.all() if to in (None, m.to)])

    @app.delete("/standin/messages", status_code=204)
    async def clear() -> None:
        standin.messages.clear()

    @app.post("/standin/fail", status_code=204)
    async def fail(count: int = 1, status: int = 503, hang: float = 0.0, after: bool = False) -> None:
        standin.fail_next(count, status, hang=hang, after=after)


async def _answer(standin: Standin, account: str, carry_out: Callable[[], JSONResponse]) -> JSONResponse:
    trouble = standin.trouble()
    if account != standin.account_sid:
        raise Refusal(20404, 404)
    if trouble is None:
        return carry_out()
    if trouble.after:
        carry_out()
    await asyncio.sleep(trouble.hang)
    raise Refusal(trouble.code, trouble.status)


async def _form(request: Request) -> dict[str, list[str]]:
    body = (await request.body()).decode("utf-8", "replace")
    return parse_qs(body, keep_blank_values=True)


def _refused(refusal: Refusal) -> JSONResponse:
    headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if refusal.status == 401 else None
    return JSONResponse(refusal.document(), refusal.status, headers)


def _twiml_messages(twiml: str) -> list[str]:
    """The texts of the answer's messages; Twilio takes ``<Message>text`` and ``<Message><Body>text``."""
    if not twiml.strip():
        return []
    try:
        root = ElementTree.fromstring(twiml)
    except ElementTree.ParseError:
        raise WebhookFailed(200, twiml) from None
    texts = ((message.findtext("Body") or message.text or "").strip() for message in root.iter("Message"))
    return [text for text in texts if text]


def main() -> None:
    """Run the stand-in on this machine until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m integrations.twilio.standin", description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--webhook-url", help="where the service takes inbound messages (…/twilio/sms)")
    parser.add_argument("--account-sid", default=os.environ.get("TWILIO_ACCOUNT_SID") or "AC" + "0" * 32)
    options = parser.parse_args()
    # Not an option: what is typed on a command line is seen by every user of the machine.
    token = os.environ.get("TWILIO_AUTH_TOKEN")
    made = token or secrets.token_hex(16)
    print(f"Twilio stand-in on http://{options.host}:{options.port}, account {options.account_sid}", flush=True)
    print("auth token from TWILIO_AUTH_TOKEN" if token else f"auth token made for this run: {made}", flush=True)
    standin = create_standin(options.account_sid, made, options.webhook_url)
    # No access log: the addresses of searches carry phone numbers.
    uvicorn.run(standin.app, host=options.host, port=options.port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
