"""The web application: the API, the channels, the pages, and what guards them."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import problems
from bot.api import attachments, conversations, escalations, people, tasks, touchpoints
from bot.api.access import Doors, Throttle
from bot.channels import browser_call, phone, sms, transfer, web
from bot.clock import Clock
from bot.escalation.attachments import too_large
from bot.problems import Problem
from bot.service import Service
from bot.settings import Settings

logger = logging.getLogger(__name__)
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_FILES = re.compile(r"/v1/conversations/[^/]+/attachments|/desk/files/[^/]+")
"""Where a file is the body: `bot.api.attachments` reads it once it knows who sends it."""
_ENVELOPE = 8192
"""Bytes that a form may add to the file in it."""


class BodyLimit:
    """Refuses bodies larger than the limit, announced or not, before they fill memory. Where files are sent the limit is ``files``, and
    the route hears of it (Problem 413) while it reads: it knows by then whom to refuse."""

    def __init__(self, app: ASGIApp, limit: int, files: int) -> None:
        self._app, self._limit, self._files = app, limit, files + _ENVELOPE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if scope["method"] == "POST" and _FILES.fullmatch(scope["path"]):
            await self._app(scope, self._counted(receive, announced), send)
            return
        if not announced.isdigit() or int(announced) > self._limit:
            await self._refuse(scope, receive, send)
            return
        body, whole = b"", False
        while not whole:
            message = await receive()
            if message["type"] != "http.request":  # the client is gone
                return
            body, whole = body + message.get("body", b""), not message.get("more_body", False)
            if len(body) > self._limit:
                await self._refuse(scope, receive, send)
                return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)

    def _counted(self, receive: Receive, announced: bytes) -> Receive:
        """What gives the body piece by piece, and raises Problem (413) once it is, or says it will be, too much."""
        expected = int(announced) if announced.isdigit() else self._files + 1
        come = 0

        async def one() -> Message:
            nonlocal come
            message: Message = {"type": "http.disconnect"}
            if expected <= self._files:
                message = await receive()
                come += len(message.get("body", b""))
            if max(expected, come) > self._files:
                raise too_large(self._files - _ENVELOPE)
            return message

        return one

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = Problem(413, "body_too_large", f"A request has at most {self._limit} bytes.").response()
        await answer(scope, receive, send)


def create_app(settings: Settings | None = None, clock: Clock | None = None, service: Service | None = None) -> FastAPI:
    """The application; it starts and stops the service (its own, unless one is given) with its own life."""
    settings = settings or Settings()
    given = service

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        service = given or Service(settings, clock)
        app.state.service = service
        await service.start()
        try:
            yield
        finally:
            await service.stop()

    app = FastAPI(
        title="Voxtrail",
        version="0.2.0",
        summary="Conversations by chat, text and voice; people who take over; the journey they leave.",
        lifespan=life,
        redoc_url=None,
    )
    app.state.doors = Doors()
    app.state.strangers = phone.Strangers()
    app.state.throttle = Throttle(settings.rate_limit, settings.rate_limit_start, settings.rate_limit_attachments)
    problems.install(app)
    app.add_middleware(BodyLimit, limit=settings.body_limit, files=settings.attachment_limit)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=[origin.strip() for origin in settings.widget_origins.split(",") if origin.strip()],
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
        expose_headers=["Retry-After"],
        max_age=600,
    )  # no cookies: the pages' session is never sent along from elsewhere
    for module in (conversations, attachments, touchpoints, escalations, tasks, people, sms, phone, transfer, browser_call, web):
        app.include_router(module.router)

    @app.get("/healthz", tags=["operations"])
    async def healthz() -> dict[str, str]:
        """The process is alive."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["operations"])
    async def readyz() -> JSONResponse:
        """Whether everything is ready; 503 says what is not."""
        ready = await app.state.service.readiness()
        missing = [name for name, is_ready in ready.items() if not is_ready]
        return JSONResponse({"ready": not missing, "parts": ready, "missing": missing}, 503 if missing else 200)

    @app.get("/metrics", tags=["operations"], include_in_schema=False)
    async def metrics() -> Response:
        """Prometheus metrics."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @app.api_route("/v1/{_:path}", methods=METHODS, include_in_schema=False)
    @app.api_route("/twilio/{_:path}", methods=METHODS, include_in_schema=False)
    async def nowhere(request: Request) -> None:
        """What no route took, before the pages answer it with HTML: a wrong method, or no such address."""
        fits = [route for route in app.routes if route.matches(request.scope)[0] is Match.PARTIAL]
        raise HTTPException(405 if fits else 404)

    from bot.desk import pages

    pages.mount(app, settings)
    return app
