"""What may stand in a log."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from bot.logs import JsonLines, redact


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("call +48600100101 now", "600100101"), ("call 600 100 101", "600 100"), ("600-100-101", "100-101"), ("0040 712 345 678", "712"),
        ("(+48600100101)", "600100101"), ("from jan.kowalski+shop@example.co.uk!", "kowalski"), ("JAN@EXAMPLE.COM", "EXAMPLE"),
        ("?token=Abc_123-xyz9876", "Abc_123"), ("Authorization: Bearer abcdefgh12345", "abcdefgh"), ("key=0123456789abcdef", "0123456"),
        ("phone:+48600100101,mail:a@b.pl", "b.pl"), ("żółć@przykład.pl", "przykład"), ("/v1/people/+48600100101/thread", "600100101"),
        ("/v1/people/%2B48600100101/thread", "600100101"),
    ],
)  # fmt: skip
def test_numbers_addresses_and_secrets_are_taken_out(text: str, gone: str) -> None:
    assert gone not in redact(text)
    assert "***" in redact(text)


@pytest.mark.parametrize("text", ["", "replica 2 of 4 is ready in 12.5 s", "HTTP 503", "E-3f2a took 1200 ms", "port 8000"])
def test_what_names_nobody_stays(text: str) -> None:
    assert redact(text) == text


def test_an_exception_keeps_its_kind_and_place_and_not_its_words() -> None:
    try:
        raise ValueError("to +48600100101: zaginęła bransoletka")
    except ValueError:
        record = logging.LogRecord("bot", logging.ERROR, __file__, 1, "sending to %s failed", ("+48600100101",), sys.exc_info())
    line = JsonLines().format(record)
    found = json.loads(line)
    assert found["error"] == "ValueError"
    assert "test_logs.py" in found["where"]
    assert found["message"] == "sending to *** failed"
    assert "bransoletka" not in line
    assert "\n" not in line
