"""`/users` and `/audit`: an admin lets somebody in by hand; what they may do is what they get; and all of it is in the log."""

from __future__ import annotations

from playwright.async_api import expect

from tests.acceptance.conftest import Visit
from tests.acceptance.desk import PASSWORD, sign_in, sign_in_first
from tests.acceptance.running import Running


async def test_an_admin_lets_an_agent_in(visit: Visit, service: Running) -> None:
    page = (await visit("en", url=f"{service.url}/users")).page
    await sign_in_first(page, service, "admin")
    await page.get_by_role("button", name="Add somebody").click()
    await page.get_by_label("Login").fill("kasia")
    await page.get_by_label("Name").fill("Kasia <b>Zielińska</b>")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("A name has 1 to 100")).to_be_visible()
    await page.get_by_label("Name").fill("Kasia Zielińska")
    await page.get_by_role("button", name="Save").click()
    password = await page.get_by_test_id("secret").inner_text()
    await page.get_by_role("button", name="I have noted it").click()
    await expect(page.get_by_test_id("user").filter(has_text="Kasia Zielińska")).to_contain_text("agent")

    other = (await visit("pl", url=f"{service.url}/users")).page
    await sign_in(other, "kasia", password)
    await other.get_by_label("Dotychczasowe hasło").fill(password)
    for label in ("Nowe hasło (", "Powtórz nowe hasło"):
        await other.get_by_label(label).fill(PASSWORD)
    await other.get_by_role("button", name="Zmień hasło").click()
    await expect(other.get_by_text("Ta strona jest dla administratorów.")).to_be_visible()
    await other.goto(f"{service.url}/journey?person=P-1001")
    await expect(other.get_by_text("Anna Nowak", exact=True)).to_be_visible()
    await expect(other.locator("a[href='/audit']")).to_have_count(0)

    await page.get_by_label("What to do with kasia").click()
    await page.get_by_text("Keep out").click()
    await expect(page.get_by_test_id("user").filter(has_text="Kasia Zielińska")).to_contain_text("kept out")
    await other.goto(f"{service.url}/journey")
    assert "/sign-in" in other.url

    await page.goto(f"{service.url}/audit?who=kasia")
    log = page.get_by_test_id("audit")
    for did in ("signed in", "changed password", "refused", "saw journey"):
        await expect(log).to_contain_text(did)
    await expect(log).not_to_contain_text(PASSWORD)


async def test_somebody_is_invited_and_comes_in_by_the_link(visit: Visit, service: Running) -> None:
    page = (await visit("en", url=f"{service.url}/users")).page
    await sign_in_first(page, service, "admin")

    async def invite() -> str:
        await page.get_by_role("button", name="Invite somebody").click()
        await page.get_by_label("Login").fill("ola@bryza.example")
        await page.get_by_label("Name").fill("Ola Lis")
        await page.get_by_label("Teams").fill("calls, returns")
        await page.get_by_role("button", name="Invite", exact=True).click()
        link = await page.get_by_test_id("secret").inner_text()
        await page.get_by_role("button", name="I have noted it").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        return link

    older, link = await invite(), await invite()
    await expect(page.get_by_test_id("invite")).to_have_count(1)
    await expect(page.get_by_test_id("invite")).to_contain_text("teams: calls, returns")
    guest = (await visit("pl", url=older)).page
    await expect(guest.get_by_text("To zaproszenie zostało wycofane.")).to_be_visible()
    await guest.goto(link)
    await expect(guest.get_by_text("Ola Lis, zapraszamy!")).to_be_visible()
    for label in ("Nowe hasło (", "Powtórz nowe hasło"):
        await guest.get_by_label(label).fill(PASSWORD)
    await guest.get_by_role("button").click()
    await guest.wait_for_url("**/journey")
    await page.reload()
    await expect(page.get_by_test_id("invite")).to_have_count(0)
    row = page.get_by_test_id("user").filter(has_text="Ola Lis")
    await expect(row.get_by_test_id("presence")).to_contain_text("away")
    await guest.goto(link)
    await expect(guest.get_by_text("To zaproszenie zostało już wykorzystane.")).to_be_visible()


async def test_an_invite_is_withdrawn_on_the_page(visit: Visit, service: Running) -> None:
    page = (await visit("en", url=f"{service.url}/users")).page
    await sign_in_first(page, service, "admin")
    await page.get_by_role("button", name="Invite somebody").click()
    await page.get_by_label("Login").fill("unwanted@bryza.example")
    await page.get_by_role("button", name="Invite", exact=True).click()
    await page.get_by_role("button", name="I have noted it").click()
    await page.get_by_role("button", name="Withdraw the invite of unwanted@bryza.example").click()
    await expect(page.get_by_test_id("invite").filter(has_text="unwanted")).to_have_count(0)


async def test_a_session_that_ended_changes_nothing(visit: Visit, service: Running) -> None:
    page = (await visit("en", url=f"{service.url}/users")).page
    login = await sign_in_first(page, service, "admin")
    await page.get_by_role("button", name="New key").click()
    await expect(page.get_by_label("For what")).to_be_visible()  # the page's socket is open: without a cookie it could not be any more
    await page.context.clear_cookies()
    service.rows("DELETE FROM user_sessions USING users WHERE users.id = user_sessions.user_id AND login = %s RETURNING 1", login)
    await page.get_by_label("For what").fill("a thief")
    await page.get_by_role("button", name="Make it").click()
    await page.wait_for_url("**/sign-in**")
    assert not service.rows("SELECT 1 FROM api_keys WHERE name = 'a thief'")


async def test_a_key_is_shown_once_and_revoked(visit: Visit, service: Running) -> None:
    page = (await visit("en", url=f"{service.url}/users")).page
    await sign_in_first(page, service, "admin")
    await page.get_by_role("button", name="New key").click()
    await page.get_by_label("For what").fill("the shop's CRM")
    await page.get_by_label("Scopes").click()
    await page.get_by_role("option", name="touchpoints").click()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Make it").click()
    key = await page.get_by_test_id("secret").inner_text()
    headers = {"Authorization": f"Bearer {key}"}
    assert (await service.http.get("/v1/touchpoints", headers=headers)).status_code == 200
    assert (await service.http.get("/v1/escalations", headers=headers)).status_code == 403
    await page.get_by_role("button", name="I have noted it").click()
    await page.reload()
    row = page.get_by_test_id("key").filter(has_text="the shop's CRM")
    await expect(row).to_contain_text("touchpoints")
    assert key not in await page.content()
    await row.get_by_role("button", name="Revoke").click()
    await expect(row).to_have_count(0)
