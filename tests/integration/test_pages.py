"""What may be seen without signing in."""

from __future__ import annotations

import json

from bot.api.access import signature
from tests.house import House


async def test_the_site_and_its_widget_are_for_everybody(at_home: House) -> None:
    site = await at_home.visitor().get("/")
    assert site.status_code == 200
    assert "widget.js" in site.text
    assert json.dumps(signature(at_home.service, "P-1001")) in site.text
    assert at_home.service.key not in site.text
    widget = await at_home.visitor().get("/widget.js")
    assert (widget.status_code, widget.headers["access-control-allow-origin"]) == (200, "*")
