"""`/journey`: nobody sees it without signing in; an agent sees a person's contacts in order."""

from __future__ import annotations

from playwright.async_api import expect

from tests.acceptance.conftest import Visit
from tests.acceptance.desk import sign_in, sign_in_first
from tests.acceptance.running import Running


async def test_nobody_sees_it_without_signing_in(visit: Visit, service: Running) -> None:
    page = (await visit("en", url=f"{service.url}/journey?person=P-1001")).page
    assert "/sign-in" in page.url
    await expect(page.get_by_text("Anna Nowak")).to_have_count(0)
    await sign_in(page, "nobody", "not the password")
    await expect(page.get_by_role("alert")).to_be_visible()
    assert "/sign-in" in page.url
    await page.goto(f"{service.url}/journey")
    assert "/sign-in" in page.url


async def test_the_timeline_shows_what_happened(visit: Visit, service: Running) -> None:
    service.renew()
    chat = await visit("pl")
    await chat.begin("support")
    await chat.say("gdzie jest moja paczka?")
    await chat.begin("survey")
    await chat.say("dwa")
    await chat.say("za długo czekałam <b>na odpowiedź</b>")

    page = (await visit("en", url=f"{service.url}/journey?person=P-1001")).page
    await sign_in_first(page, service)
    await expect(page.get_by_text("Anna Nowak", exact=True)).to_be_visible()
    newest = page.get_by_test_id("touchpoint")
    await expect(newest.nth(0)).to_contain_text("survey")
    await expect(newest.nth(1)).to_contain_text("order status")
    await expect(newest.nth(1)).to_contain_text("purchase")
    await expect(newest.nth(1)).to_contain_text("answered")
    await expect(page.get_by_text("<b>na odpowiedź</b>")).to_have_count(1)

    counted = len((await service.get("/v1/touchpoints", person="P-1001", limit=200))["touchpoints"])
    await expect(newest).to_have_count(counted)


async def test_a_person_is_chosen_from_the_list(visit: Visit, service: Running) -> None:
    page = (await visit("en", url=f"{service.url}/journey")).page
    await sign_in_first(page, service)
    await page.get_by_role("combobox").fill("Ioana")
    await page.get_by_role("option", name="Ioana Marin").click()
    await expect(page).to_have_url(f"{service.url}/journey?person=P-2003")
    await expect(page.get_by_text("Ioana Marin", exact=True)).to_be_visible()
