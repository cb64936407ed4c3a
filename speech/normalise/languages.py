"""The verbalisers by language, loaded when they are first needed."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from speech.normalise.language import Verbaliser

VERBALISERS = {"pl": "Polish", "en": "English", "ro": "Romanian"}
"""Language → class in the module of that name."""


@cache
def verbaliser(language: str) -> Verbaliser:
    """The language's verbaliser; KeyError for a language that has none."""
    made: Verbaliser = getattr(import_module(f"speech.normalise.{language}"), VERBALISERS[language])()
    return made
