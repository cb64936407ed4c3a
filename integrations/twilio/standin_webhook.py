"""How the stand-in calls our webhooks: signed, and as impatient as Twilio."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from integrations.twilio.signature import HEADER, sign

_PATIENCE = 15.0
"""Seconds Twilio waits for a webhook's answer."""


class WebhookFailed(Exception):  # noqa: N818
    """The service did not answer a webhook with 2xx; ``status`` is what it said (0: nothing), ``body`` its text."""

    def __init__(self, status: int, body: str = "") -> None:
        super().__init__(f"the webhook was answered with {status}")
        self.status, self.body = status, body


async def post_signed(auth_token: str, url: str, form: Mapping[str, str]) -> str:
    """Post a form as Twilio does and return the answer's text. Raises `WebhookFailed`."""
    headers = {HEADER: sign(auth_token, url, form), "User-Agent": "TwilioProxy/1.1"}
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
            response = await client.post(url, data=dict(form), headers=headers)
    except httpx.HTTPError:
        raise WebhookFailed(0) from None
    if not response.is_success:
        raise WebhookFailed(response.status_code, response.text)
    return response.text
