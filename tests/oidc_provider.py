"""A company's own sign-in (an OpenID provider) on this machine, for tests: one person at a time, whom it lets in at once."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

CLIENT, SECRET = "voxtrail", "the secret of the client"


def new_key() -> RSAPrivateKey:
    """A key that signs tokens."""
    return generate_private_key(65537, 2048)


class Provider:
    """The provider: an ASGI application (`app`) and what a test holds in its hands.

    ``person`` are the claims of who signs in; ``twist`` changes a token's claims before it is signed; ``sign`` signs them.
    """

    def __init__(self, issuer: str, now: Callable[[], datetime]) -> None:
        self.issuer, self._now = issuer, now
        self.person: dict[str, Any] = {}
        self.key, self.kid = new_key(), "first"
        self.twist: Callable[[dict[str, Any]], dict[str, Any]] = dict
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.declines = self.is_down = self.forgets_codes = False
        self.metadata: dict[str, Any] = {}
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self.app = FastAPI()
        for path, answer in (
            ("/.well-known/openid-configuration", self._configuration), ("/authorize", self._authorize), ("/token", self._token),
            ("/jwks", self._jwks),
        ):  # fmt: skip
            self.app.add_api_route(path, answer, methods=["GET", "POST"], response_model=None)

    def is_(self, subject: str, email: str = "", *, verified: Any = True, **more: Any) -> None:
        """From now on this is who signs in."""
        self.person = {"sub": subject, **({"email": email, "email_verified": verified} if email else {}), **more}

    def signed(self, claims: dict[str, Any], key: Any = None, algorithm: str = "RS256", kid: str = "") -> str:
        """A token as it should be, or with another key."""
        return jwt.encode(claims, key or self.key, algorithm, {"kid": kid or self.kid})

    async def _configuration(self, request: Request) -> Response:
        self.asked.append("configuration")
        if self.is_down:
            return Response("away", 503)
        return JSONResponse({
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks", **self.metadata,
        })  # fmt: skip

    async def _jwks(self, request: Request) -> Response:
        self.asked.append("jwks")
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return JSONResponse({"keys": [{**public, "kid": self.kid, "use": "sig"}]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        assert {"openid", "email"} <= set(asked["scope"].split())
        answer = {"state": asked["state"], "iss": self.issuer}
        if self.declines:
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({**answer, 'error': 'access_denied'})}", 303)
        code = secrets.token_urlsafe(8)
        self._codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({**answer, 'code': code})}", 303)

    async def _token(self, request: Request) -> Response:
        form = dict(await request.form())
        given = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '%20')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") not in (f"Basic {given}", f"Basic {plain}"):
            return JSONResponse({"error": "invalid_client"}, 401)
        code = str(form.get("code"))
        asked = self._codes.get(code) if self.forgets_codes else self._codes.pop(code, None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(str(form.get("code_verifier")).encode()).digest()).rstrip(b"=").decode()
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri") or asked["code_challenge"] != proof:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(self._now().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.person}
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self.sign(self.twist(claims))})
