"""The company's own sign-in by OpenID Connect: the authorization code flow with PKCE, and who it says somebody is.

Only what is signed by the issuer's own keys, for us, for this very sign-in and now, is believed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt

from bot.settings import Settings
from bot.users.accounts import ROLES

logger = logging.getLogger(__name__)
SKEW = timedelta(seconds=60)
"""How far the company's clock may be from ours."""
BEGUN = timedelta(minutes=10)
"""How long somebody may take to sign in there."""
_KNOWN, _ASKED_AGAIN = timedelta(hours=1), timedelta(seconds=30)
"""How long the issuer's addresses and keys are believed, and how soon they are asked for again where a key is missing."""
_DEADLINE_S = 5.0
_ALGORITHMS = {
    "RSA": ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
    "EC": ["ES256", "ES384", "ES512"],
    "OKP": ["EdDSA"],
}
"""What a key of each kind may sign with; never "none", and never our own secret (HS256)."""
_REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]


class OidcError(Exception):
    """Why somebody was not signed in by the company: ``code``, for the audit log and for what is shown."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class Begun:
    """One sign-in under way. It belongs to one browser, which keeps it."""

    state: str
    nonce: str
    verifier: str
    at: float
    following: str

    def kept(self) -> dict[str, Any]:
        """As the browser keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is there: ``subject`` is issuer and subject, ``email`` lower case and "" where it is not verified; ``role`` is the
    highest of ours that the role claim names, "" where it names none."""

    subject: str
    email: str
    name: str
    role: str


@dataclass(slots=True)
class _Issuer:
    """What the issuer says of itself, as it was read at a moment."""

    metadata: dict[str, Any]
    keys: list[jwt.PyJWK]
    read: datetime


class Company:
    """The company's sign-in, for one process."""

    def __init__(self, settings: Settings) -> None:
        self._issuer, self._id = settings.oidc_issuer, settings.oidc_client_id
        self._secret, self._role_claim = settings.oidc_client_secret.get_secret_value(), settings.oidc_role_claim
        self._known: _Issuer | None = None
        self._used: OrderedDict[str, datetime] = OrderedDict()

    async def begin(self, now: datetime, back: str, following: str) -> tuple[Begun, str]:
        """A sign-in, and the address to send the browser to. ``back`` is where it comes back to, ``following`` where it wants to go then.
        Raises OidcError where the company does not answer."""
        issuer = await self._read(now)
        begun = Begun(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), now.timestamp(), following)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code", "client_id": self._id, "redirect_uri": back, "scope": "openid email profile", "state": begun.state,
            "nonce": begun.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        there = issuer.metadata["authorization_endpoint"]
        return begun, f"{there}{'&' if '?' in there else '?'}{urlencode(query)}"

    async def finish(self, now: datetime, back: str, begun: Begun | None, answer: Mapping[str, str]) -> Identity:
        """Who came back with this ``answer`` (the query). Raises OidcError."""
        if begun is None or not hmac.compare_digest(begun.state.encode(), answer.get("state", "").encode()):
            raise OidcError("oidc_state", "no sign-in of this browser has this state")
        if not timedelta(0) <= now - datetime.fromtimestamp(begun.at, now.tzinfo) <= BEGUN:
            raise OidcError("oidc_state", "the sign-in was begun too long ago")
        self._use(begun.state, now)
        if answer.get("iss", self._issuer) != self._issuer:  # RFC 9207: another provider's answer
            raise OidcError("oidc_issuer", "the answer is another issuer's")
        if "error" in answer or not answer.get("code"):
            raise OidcError("oidc_declined", f"the company answered {answer.get('error', 'nothing')[:60]!r}")
        token = await self._token(now, back, begun, answer["code"])
        return self._identity(await self._claims(now, token, begun.nonce))

    def _use(self, state: str, now: datetime) -> None:
        while self._used and next(iter(self._used.values())) < now - BEGUN:
            self._used.popitem(last=False)
        if state in self._used:
            raise OidcError("oidc_state", "this sign-in is over")
        self._used[state] = now

    async def _token(self, now: datetime, back: str, begun: Begun, code: str) -> str:
        """The ID token for the code."""
        issuer = await self._read(now)
        body = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": begun.verifier}
        basic: httpx.BasicAuth | None = None
        if self._secret and "client_secret_basic" in issuer.metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            basic = httpx.BasicAuth(self._id, self._secret)
        else:
            body |= {"client_id": self._id, **({"client_secret": self._secret} if self._secret else {})}
        answered = await self._asked("POST", issuer.metadata["token_endpoint"], data=body, auth=basic)
        token = answered.get("id_token")
        if not isinstance(token, str):
            raise OidcError("oidc_declined", f"the code was not taken: {str(answered.get('error', 'no id_token'))[:60]!r}")
        return token

    async def _claims(self, now: datetime, token: str, nonce: str) -> dict[str, Any]:
        """What the ID token says, once everything about it has been checked."""
        for key in await self._keys_for(now, token):
            try:
                claims: dict[str, Any] = jwt.decode(
                    token, key.key, algorithms=_ALGORITHMS[str(key.key_type)], audience=self._id, issuer=self._issuer,
                    options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
                )  # fmt: skip
                break
            except jwt.InvalidSignatureError:
                continue
            except jwt.InvalidAudienceError as error:
                raise OidcError("oidc_audience", "the token is for somebody else") from error
            except jwt.InvalidIssuerError as error:
                raise OidcError("oidc_issuer", "the token is another issuer's") from error
            except (jwt.PyJWTError, TypeError, ValueError) as error:
                raise OidcError("oidc_forged", f"the token is no token ({type(error).__name__})") from error
        else:
            raise OidcError("oidc_forged", "no key of the issuer has signed the token")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self._id:
            raise OidcError("oidc_audience", "the token was given to somebody else")
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise OidcError("oidc_nonce", "the token is of another sign-in")
        self._in_time(now, claims)
        return claims

    def _in_time(self, now: datetime, claims: Mapping[str, Any]) -> None:
        # By our own clock, which is injected: the library would ask the machine's.
        try:
            ends, made, begins = (float(claims[name]) for name in ("exp", "iat", "nbf" if "nbf" in claims else "iat"))
        except (TypeError, ValueError) as error:
            raise OidcError("oidc_forged", "the token's times are no numbers") from error
        here, skew = now.timestamp(), SKEW.total_seconds()
        if not (here < ends + skew and max(made, begins) <= here + skew):  # written so that NaN is refused, too
            raise OidcError("oidc_expired", "the token has expired, or is not valid yet")

    async def _keys_for(self, now: datetime, token: str) -> list[jwt.PyJWK]:
        """The issuer's keys that may have signed the token; asked for again where it names one that we do not know."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
        except (jwt.PyJWTError, ValueError) as error:
            raise OidcError("oidc_forged", "the token is no token") from error
        issuer = await self._read(now)
        if not _fitting(issuer.keys, kid) and now - issuer.read >= _ASKED_AGAIN:
            issuer = await self._read(now, again=True)
        return _fitting(issuer.keys, kid)

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        subject = str(claims["sub"])
        if not (0 < len(subject) <= 255 and subject.isprintable()):
            raise OidcError("oidc_forged", "the token names nobody")
        verified = claims.get("email_verified") in (True, "true")  # some write it as a text
        email = str(claims.get("email", "")).strip().lower() if verified else ""
        return Identity(f"{self._issuer}|{subject}", email, str(claims.get("name", ""))[:100], self._role(claims))

    def _role(self, claims: Mapping[str, Any]) -> str:
        found: Any = claims
        for part in self._role_claim.split(".") if self._role_claim else ():
            found = found.get(part) if isinstance(found, Mapping) else None
        named = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        return next((role for role in reversed(ROLES) if role in named), "")

    # ---- the issuer

    async def _read(self, now: datetime, *, again: bool = False) -> _Issuer:
        if self._known is None or again or not timedelta(0) <= now - self._known.read < _KNOWN:
            metadata = await self._asked("GET", f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            if metadata.get("issuer") != self._issuer:
                raise OidcError("oidc_unreachable", "the issuer calls itself something else")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                self._check_address(name, metadata.get(name))
            try:
                keys = jwt.PyJWKSet.from_dict(await self._asked("GET", metadata["jwks_uri"])).keys
            except (jwt.PyJWTError, TypeError, ValueError, AttributeError) as error:
                raise OidcError("oidc_unreachable", "the issuer's keys cannot be read") from error
            self._known = _Issuer(metadata, keys, now)
        return self._known

    def _check_address(self, name: str, address: object) -> None:
        safe = ("https://",) if self._issuer.startswith("https://") else ("https://", "http://127.0.0.1", "http://localhost")
        if not (isinstance(address, str) and address.startswith(safe)):
            raise OidcError("oidc_unreachable", f"the issuer has no {name} that is safe")

    async def _asked(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        """A JSON object of the issuer; also where it says what is wrong (4xx)."""
        try:
            async with httpx.AsyncClient(timeout=_DEADLINE_S, follow_redirects=False) as client:
                answer = await client.request(method, address, **more)
            found = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise OidcError("oidc_unreachable", f"{address} does not answer ({type(error).__name__})") from error
        if answer.status_code >= 500 or answer.is_redirect or not isinstance(found, dict):
            raise OidcError("oidc_unreachable", f"{address} answered {answer.status_code}")
        return found


def _fitting(keys: list[jwt.PyJWK], kid: object) -> list[jwt.PyJWK]:
    signing = [key for key in keys if key.public_key_use in (None, "sig") and key.key_type in _ALGORITHMS]
    return [key for key in signing if kid is None or key.key_id == kid]
