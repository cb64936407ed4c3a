"""Errors as RFC 9457 problem documents with a stable ``code``; every 4xx says what to do and names the field."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import sqlalchemy.exc
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.metrics import REFUSED

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """An error to be told to the client: HTTP status, stable code, one plain sentence. What differs in it from case to case is given apart
    (``{name}`` in ``text``), so that pages can say it in their own language."""

    def __init__(
        self, status: int, code: str, text: str, *, field: str | None = None, headers: Mapping[str, str] | None = None,
        values: Mapping[str, object] | None = None,
    ) -> None:  # fmt: skip
        self.status, self.code, self.text, self.field, self.values = status, code, text, field, dict(values or {})
        self.detail = text.format(**self.values) if self.values else text
        self.headers = dict(headers or {})
        super().__init__(self.detail)

    def response(self) -> JSONResponse:
        """The problem document."""
        body: dict[str, Any] = {
            "type": f"https://voxtrail.dev/problems/{self.code}",
            "title": self.code.replace("_", " "),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.field:
            body["field"] = self.field
        return JSONResponse(body, self.status, self.headers, MEDIA_TYPE)


def not_found(what: str) -> Problem:
    """404 for what does not exist and for what is somebody else's alike, so that nothing leaks."""
    return Problem(404, f"{what}_not_found", f"There is no such {what}.")


def install(app: FastAPI) -> None:
    """Answer every error of the app with a problem document."""

    async def problem(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)
        REFUSED.labels(error.code).inc()
        return error.response()

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return _not_json()
        where = ".".join(str(part) for part in first["loc"][1:]).encode("utf-8", "replace").decode()[:200] or "body"
        return Problem(422, "invalid_request", f"{where}: {first['msg']}.", field=where).response()

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        if error.status_code == 400 and isinstance(error.__cause__, (RecursionError, UnicodeError)):
            return _not_json()
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
        return Problem(error.status_code, code, str(error.detail), headers=error.headers).response()

    async def unusable(_: Request, error: Exception) -> JSONResponse:
        detail = "A value of this request cannot be kept: broken characters, or a number out of range."
        return Problem(422, "value_unusable", detail).response()

    async def unreachable(_: Request, error: Exception) -> JSONResponse:
        logger.warning("the database is away (%s)", type(error).__name__)
        detail = "The database does not answer; nothing was changed. Please send the same again."
        return Problem(503, "database_unavailable", detail, headers={"Retry-After": "2"}).response()

    async def unexpected(_: Request, error: Exception) -> JSONResponse:
        logger.error("unexpected error", exc_info=error)
        return Problem(500, "internal_error", "Something went wrong on our side; nothing was changed. Please try again.").response()

    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(sqlalchemy.exc.DataError, unusable)
    for kind in (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError, sqlalchemy.exc.TimeoutError):
        app.add_exception_handler(kind, unreachable)
    app.add_exception_handler(Exception, unexpected)


def _not_json() -> JSONResponse:
    return Problem(422, "invalid_json", "The body is not JSON that we can read.", field="body").response()
