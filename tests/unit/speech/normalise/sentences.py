"""The sentences of a language's file: as they are written, and as they must be spoken."""

from __future__ import annotations

from pathlib import Path

from speech.normalise import speakable

HERE = Path(__file__).parent


def sentences(language: str) -> list[tuple[str, str]]:
    """Written and spoken; a line break is written as in Python."""
    rows = [line.split("\t") for line in (HERE / f"cases_{language}.tsv").read_text("utf-8").splitlines()]
    return [(text.replace("\\n", "\n"), said) for text, said in rows]


def misread(pairs: list[tuple[str, str]], language: str) -> list[str]:
    """What is read otherwise than it should be. One test for all is ten times as quick as a test each."""
    read = [(text, said, speakable(text, language)) for text, said in pairs]
    return [f"{text!r} → {spoken!r} instead of {said!r}" for text, said, spoken in read if spoken != said]
