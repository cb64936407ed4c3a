"""What every request body has in common: unknown fields are refused, and its texts are such as a database can keep."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

DEEPEST = 20
"""Levels of objects and lists that a body may have."""


class Body(BaseModel):
    """A request's body: null bytes are left out of its texts and broken Unicode is replaced, since the rest is still worth reading."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, raw: Any) -> Any:
        return storable(raw)


def storable(value: Any, depth: int = 0) -> Any:
    """The value with texts that can be kept; ValueError when it is nested too deeply."""
    if depth > DEEPEST:
        raise ValueError(f"at most {DEEPEST} levels of objects and lists are taken")
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {storable(str(key)): storable(item, depth + 1) for key, item in value.items()}
    return [storable(item, depth + 1) for item in value] if isinstance(value, list) else value
