"""Signing in with the company's own account, against a provider on a real socket: who is let in, and everything that is not believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.desk.session import COOKIE
from bot.users import changes
from bot.users.changes import Hand
from bot.users.oidc import SKEW, Company
from tests.house import PASSWORD, House, ManualClock, address, house, listener, served
from tests.oidc_provider import CLIENT, SECRET, Provider, new_key


@pytest.fixture(scope="module")
async def both(database_url: str, data_dir: Path, _flows_read_once: None) -> AsyncIterator[tuple[House, Provider]]:
    """The service and the company's sign-in."""
    clock = ManualClock()
    with listener() as socket:
        provider = Provider(address(socket), lambda: clock.now())
        settings = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_name": "Bryza ID"}
        async with served(provider.app, socket), house(database_url, data_dir, **settings) as found:
            clock = found.clock
            yield found, provider


@pytest.fixture
def at_home(both: tuple[House, Provider]) -> House:
    """The service."""
    return both[0]


@pytest.fixture
def provider(both: tuple[House, Provider]) -> Iterator[Provider]:
    """The company's sign-in, as it should be."""
    found = both[1]
    yield found
    found.twist, found.sign = dict, found.signed
    found.declines = found.is_down = found.forgets_codes = False
    found.metadata = {}


def setting(home: House, **values: Any) -> pytest.MonkeyPatch:
    """The service with other settings, until undone."""
    patch = pytest.MonkeyPatch()
    patch.setattr(home.service, "settings", home.service.settings.model_copy(update=values))
    return patch


async def there(browser: httpx.AsyncClient, following: str = "/journey") -> str:
    """Sign in at the company; the address that the browser is sent back to."""
    away = await browser.get("/sign-in/oidc", params={"next": following})
    assert away.status_code == 303, away.text
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(away.headers["location"])
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def come(browser: httpx.AsyncClient, following: str = "/journey") -> httpx.Response:
    """There and back."""
    return await browser.get(await there(browser, following))


async def new(home: House, role: str = "agent", **more: Any) -> str:
    """Somebody whose login is an e-mail address."""
    login = await home.user(role, **more)
    await home.queue.rows("UPDATE users SET login = %s WHERE login = %s RETURNING id", f"{login}@bryza.example", login)
    return f"{login}@bryza.example"


async def last_refusal(home: House) -> dict[str, Any]:
    """The newest refusal in the log."""
    found = await home.queue.rows("SELECT who, about, detail, address FROM audit WHERE action = 'refused' ORDER BY id DESC LIMIT 1")
    return found[0]


async def stays_out(home: House, provider: Provider, code: str, browser: httpx.AsyncClient | None = None) -> httpx.Response:
    """Whoever comes is refused for this reason, audited, and nobody is signed in."""
    browser = browser or home.visitor()
    before = await home.queue.rows("SELECT count(*) FROM user_sessions")
    answer = await come(browser)
    assert answer.status_code == 403, answer.text
    assert COOKIE not in answer.headers.get("set-cookie", "")
    assert (await browser.get("/journey")).status_code == 303
    assert await home.queue.rows("SELECT count(*) FROM user_sessions") == before
    assert (await last_refusal(home))["detail"]["why"] == code
    for secret in (SECRET, "Traceback", provider.issuer):
        assert secret not in answer.text
    return answer


# ---- who is let in


async def test_a_user_of_that_e_mail_comes_in_and_is_known_by_subject_from_then_on(at_home: House, provider: Provider) -> None:
    login = await new(at_home, "supervisor")
    form = await at_home.visitor().get("/sign-in?next=/journey%3Fperson%3DP-1001")
    assert "Sign in with Bryza ID" in form.text
    assert "/sign-in/oidc?next=%2Fjourney%3Fperson%3DP-1001" in form.text
    provider.is_("subject-1", login.upper())
    browser = at_home.visitor()
    answer = await come(browser, "/journey?person=P-1001")
    assert (answer.status_code, answer.headers["location"]) == (303, "/journey?person=P-1001")
    assert (await browser.get("/journey")).status_code == 200
    [kept] = await at_home.queue.rows("SELECT oidc FROM users WHERE login = %s", login)
    assert kept["oidc"] == f"{provider.issuer}|subject-1"
    provider.is_("subject-1", "another.address@bryza.example")
    assert (await come(at_home.visitor())).status_code == 303
    provider.is_("subject-1")  # no e-mail at all any more
    assert (await come(at_home.visitor())).status_code == 303
    log = await at_home.queue.rows("SELECT action, detail FROM audit WHERE who = %s ORDER BY id", login)
    assert [entry["action"] for entry in log] == ["linked", "signed_in", "signed_in", "signed_in"]
    assert log[-1]["detail"] == {"by": "oidc"}


async def test_who_is_invited_comes_in_without_a_password(at_home: House, provider: Provider) -> None:
    async with at_home.service.database.transaction() as session:
        hand = Hand(session, at_home.clock.now(), "adam")
        _, token = await changes.invite(hand, timedelta(hours=72), "ola@bryza.example", "supervisor", name="Ola Lis", teams=["calls"])
    provider.is_("subject-ola", "ola@bryza.example", name="Somebody Else")
    assert (await come(at_home.visitor())).status_code == 303
    [ola] = await at_home.queue.rows("SELECT name, role, teams, must_change FROM users WHERE login = 'ola@bryza.example'")
    assert ola == {"name": "Ola Lis", "role": "supervisor", "teams": ["calls"], "must_change": False}
    assert (await at_home.visitor().get(f"/invite/{token}")).status_code == 410


async def test_nobody_is_made_unless_a_setting_says_so(at_home: House, provider: Provider) -> None:
    provider.is_("subject-new", "new.one@bryza.example", name="New One")
    answer = await stays_out(at_home, provider, "oidc_nobody")
    assert "ask an admin" in answer.text
    patch = setting(at_home, oidc_create=True)
    try:
        assert (await come(at_home.visitor())).status_code == 303
        [made] = await at_home.queue.rows("SELECT name, role, oidc FROM users WHERE login = 'new.one@bryza.example'")
        assert made == {"name": "New One", "role": "agent", "oidc": f"{provider.issuer}|subject-new"}
        provider.is_("subject-odd", "odd one@bryza.example", name="<b>")
        await stays_out(at_home, provider, "oidc_nobody")  # no login that we could keep
    finally:
        patch.undo()


async def test_a_password_that_somebody_else_set_ends_with_the_first_such_sign_in(at_home: House, provider: Provider) -> None:
    login = await new(at_home, must_change=True)
    provider.is_(f"subject of {login}", login)
    browser = at_home.visitor()
    assert (await come(browser)).headers["location"] == "/journey"
    assert (await browser.get("/journey")).status_code == 200
    with_password = await at_home.visitor().post("/sign-in", data={"login": login, "password": PASSWORD})
    assert "wrong=wrong" in with_password.headers["location"]


async def test_a_claim_gives_the_role_but_never_takes_the_last_admin(at_home: House, provider: Provider) -> None:
    patch = setting(at_home, oidc_role_claim="realm_access.roles")
    patch.setattr(at_home.app.state, "company", Company(at_home.service.settings), raising=False)
    try:
        login = await new(at_home)
        for roles, role in ((["x", "supervisor", "agent"], "supervisor"), ([], "supervisor"), ("x", "supervisor"), (["agent"], "agent")):
            provider.is_(f"subject of {login}", login, realm_access={"roles": roles})
            assert (await come(at_home.visitor())).status_code == 303
            assert await at_home.queue.rows("SELECT role FROM users WHERE login = %s", login) == [{"role": role}]
        await at_home.queue.rows("UPDATE users SET role = 'agent' WHERE role = 'admin' RETURNING id")
        boss = await new(at_home, "admin")
        provider.is_(f"subject of {boss}", boss, realm_access={"roles": ["agent"]})
        assert (await come(at_home.visitor())).status_code == 303
        assert await at_home.queue.rows("SELECT role FROM users WHERE login = %s", boss) == [{"role": "admin"}]
    finally:
        patch.undo()


# ---- who is not


async def test_an_e_mail_that_is_not_verified_opens_nothing(at_home: House, provider: Provider) -> None:
    login = await new(at_home, "admin")
    for verified in (False, "false", None, "yes", 1.5):
        provider.is_(f"subject of {login}", login, verified=verified)
        await stays_out(at_home, provider, "oidc_unverified")
    provider.is_(f"subject of {login}")
    await stays_out(at_home, provider, "oidc_unverified")


async def test_an_address_that_belongs_to_another_by_now_opens_nothing(at_home: House, provider: Provider) -> None:
    login = await new(at_home)
    provider.is_("the first of that address", login)
    assert (await come(at_home.visitor())).status_code == 303
    provider.is_("the second of that address", login)
    await stays_out(at_home, provider, "oidc_another")


async def test_who_is_kept_out_stays_out(at_home: House, provider: Provider) -> None:
    login = await new(at_home)
    provider.is_(f"subject of {login}", login)
    assert (await come(at_home.visitor())).status_code == 303
    await at_home.queue.rows("UPDATE users SET active = false WHERE login = %s RETURNING id", login)
    await stays_out(at_home, provider, "oidc_kept_out")
    assert (await last_refusal(at_home))["who"] == login


# ---- what is not believed


def none(claims: dict[str, Any]) -> str:
    """A token that nobody has signed."""
    return jwt.encode(claims, None, "none", {"kid": "first"})


def unsigned(claims: dict[str, Any]) -> str:
    """A token whose signature was cut off."""
    return ".".join([*none(claims).split(".")[:2], ""])


async def test_a_token_that_the_company_has_not_signed_is_not_believed(at_home: House, provider: Provider) -> None:
    login = await new(at_home, "admin")
    provider.is_(f"subject of {login}", login)
    public = provider.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def with_public_key(claims: dict[str, Any]) -> str:
        """Signed with HS256 and the public key that everybody knows."""
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "HS256", "kid": "first"}, claims)]
        body = b".".join(parts)
        return (body + b"." + base64.urlsafe_b64encode(hmac.new(public, body, hashlib.sha256).digest()).rstrip(b"=")).decode()

    stranger = new_key()
    forged = (
        lambda claims: provider.signed(claims, stranger), lambda claims: provider.signed(claims, stranger, kid="unknown"), none, unsigned,
        with_public_key, lambda claims: jwt.encode(claims, "x" * 40, "HS256", {"kid": "first"}), lambda claims: "no token",
        lambda claims: provider.signed({**claims, "sub": 7}), lambda claims: provider.signed({**claims, "exp": "soon"}),
        lambda claims: provider.signed({**claims, "sub": ""}), lambda claims: provider.signed({k: v for k, v in claims.items() if k != "exp"}),
        lambda claims: provider.signed(claims)[:-9] + "AAAAAAAAA",
    )  # fmt: skip
    for sign in forged:
        provider.sign = sign
        await stays_out(at_home, provider, "oidc_forged")
    provider.sign = provider.signed
    assert (await come(at_home.visitor())).status_code == 303  # and nothing else was wrong


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"aud": "another client"}, "oidc_audience"), ({"aud": []}, "oidc_forged"), ({"aud": [CLIENT, "another"]}, "oidc_audience"),
        ({"iss": "https://evil.example"}, "oidc_issuer"), ({"nonce": "another"}, "oidc_nonce"), ({"nonce": 5}, "oidc_nonce"),
        ({"exp": -61}, "oidc_expired"), ({"iat": 120}, "oidc_expired"), ({"nbf": 120}, "oidc_expired"),
    ],
)  # fmt: skip
async def test_a_token_for_somebody_else_or_another_time_is_not_believed(
    at_home: House, provider: Provider, wrong: dict[str, Any], code: str
) -> None:
    login = await new(at_home)
    provider.is_(f"subject of {login}", login)
    now = int(at_home.clock.now().timestamp())
    times = {name: now + value if name in ("exp", "iat", "nbf") else value for name, value in wrong.items()}
    provider.twist = lambda claims: {**claims, **times}
    await stays_out(at_home, provider, code)


async def test_clocks_may_differ_by_a_minute(at_home: House, provider: Provider) -> None:
    login = await new(at_home)
    provider.is_(f"subject of {login}", login)
    now, skew = int(at_home.clock.now().timestamp()), int(SKEW.total_seconds())
    for times in ({"exp": now - skew + 1}, {"iat": now + skew, "nbf": now + skew}, {"aud": [CLIENT, "another"], "azp": CLIENT}):
        provider.twist = lambda claims, times=times: {**claims, **times}  # type: ignore[misc]
        assert (await come(at_home.visitor())).status_code == 303, times


async def test_a_state_works_once_and_in_the_browser_that_began(at_home: House, provider: Provider) -> None:
    login = await new(at_home)
    provider.is_(f"subject of {login}", login)
    provider.forgets_codes = True  # a careless provider takes a code twice: we do not
    browser = at_home.visitor()
    back = await there(browser)
    kept = dict(browser.cookies)
    another = at_home.visitor()
    assert (await another.get(back)).status_code == 403  # an address that was sent to somebody else
    assert (await browser.get(back.replace("state=", "state=x"))).status_code == 403
    browser.cookies.update(kept)
    assert (await browser.get(back)).status_code == 303
    thief = at_home.visitor()
    for name, value in kept.items():
        thief.cookies.set(name, value)
    replayed = await thief.get(back)
    assert replayed.status_code == 403
    assert (await last_refusal(at_home))["detail"]["why"] == "oidc_state"
    assert (await thief.get("/journey")).status_code == 303


async def test_a_sign_in_that_took_too_long_is_over(at_home: House, provider: Provider) -> None:
    login = await new(at_home)
    provider.is_(f"subject of {login}", login)
    browser = at_home.visitor()
    back = await there(browser)
    at_home.clock.advance(minutes=10, seconds=1)
    assert (await browser.get(back)).status_code == 403


@pytest.mark.parametrize(
    "kept", ["", "x", "e30=", base64.urlsafe_b64encode(b'{"state": 1, "nonce": [], "verifier": "", "at": "x"}').decode()]
)
async def test_a_cookie_that_was_made_up_begins_nothing(at_home: House, kept: str) -> None:
    header = {"Cookie": f"voxtrail_oidc={kept}"}
    answer = await at_home.visitor().get("/sign-in/oidc/back?state=&code=x", headers=header)
    assert answer.status_code == 403
    assert (await at_home.visitor().get("/sign-in/oidc/back")).status_code == 403


async def test_another_issuers_answer_and_a_no_are_refused(at_home: House, provider: Provider) -> None:
    login = await new(at_home)
    provider.is_(f"subject of {login}", login)
    browser = at_home.visitor()
    back = await there(browser)
    assert (await browser.get(back.replace("iss=http", "iss=https"))).status_code == 403
    assert (await last_refusal(at_home))["detail"]["why"] == "oidc_issuer"
    provider.declines = True
    assert "did not let you in" in (await stays_out(at_home, provider, "oidc_declined")).text
    provider.declines = False
    browser = at_home.visitor()
    back = await there(browser)
    assert (await browser.get(back.replace("code=", "code=x"))).status_code == 403
    assert (await last_refusal(at_home))["detail"]["why"] == "oidc_declined"


# ---- the company's sign-in itself


async def test_new_keys_are_fetched_when_a_token_names_one(at_home: House, provider: Provider) -> None:
    login = await new(at_home)
    provider.is_(f"subject of {login}", login)
    assert (await come(at_home.visitor())).status_code == 303
    provider.asked.clear()
    assert (await come(at_home.visitor())).status_code == 303
    assert provider.asked == []  # remembered
    provider.key, provider.kid = new_key(), "second"
    at_home.clock.advance(seconds=31)
    assert (await come(at_home.visitor())).status_code == 303
    assert provider.asked == ["configuration", "jwks"]


async def test_a_sign_in_that_is_away_is_said_and_the_password_still_works(at_home: House, provider: Provider) -> None:
    at_home.clock.advance(hours=2)
    provider.is_down = True
    answer = await at_home.visitor().get("/sign-in/oidc")
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    assert (await last_refusal(at_home))["detail"]["why"] == "oidc_unreachable"
    assert (await (await at_home.signed_in("agent")).get("/journey")).status_code == 200


@pytest.mark.parametrize(
    "metadata", [{"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/token"}, {"jwks_uri": None}]
)
async def test_a_sign_in_that_points_elsewhere_is_not_used(at_home: House, provider: Provider, metadata: dict[str, Any]) -> None:
    at_home.clock.advance(hours=2)
    provider.metadata = metadata
    assert (await at_home.visitor().get("/sign-in/oidc")).status_code == 503


async def test_where_it_is_off_there_is_no_button(at_home: House) -> None:
    patch = setting(at_home, oidc_issuer="")
    try:
        assert "/sign-in/oidc" not in (await at_home.visitor().get("/sign-in")).text
        assert (await at_home.visitor().get("/sign-in/oidc")).status_code == 404
        assert (await at_home.visitor().get("/sign-in/oidc/back")).status_code in (403, 404)
    finally:
        patch.undo()


async def test_signing_out_ends_our_session_only(at_home: House, provider: Provider) -> None:
    login = await new(at_home)
    provider.is_(f"subject of {login}", login)
    browser = at_home.visitor()
    await come(browser)
    answer = await browser.post("/sign-out")
    assert urlsplit(answer.headers["location"]).path == "/sign-in"
    assert (await browser.get("/journey")).status_code == 303
    assert (await come(browser)).status_code == 303
