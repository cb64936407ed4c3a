"""Mounts the pages for people."""

from __future__ import annotations

from fastapi import FastAPI

from bot.settings import Settings


def mount(app: FastAPI, settings: Settings) -> None:
    """Put the pages under the app."""
