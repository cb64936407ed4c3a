"""Finds the order a person talks about, and shows it only to those who may see it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date

from dialogs.actions.base import ActionTurn, action, text_in
from dialogs.formats import day, money
from nlu.parsers.base import Context

Order = dict[str, Any]

OTHER = "other"
"""The choice "none of these": another order, by its number."""
WAITING = ("new", "paid", "packed")
"""The states of an order that has not left the warehouse."""
RECENT = timedelta(days=30)
MOST_FAILURES = 2
"""Wrong proofs after which a person takes over."""
MOST_SHOWN, MOST_SPOKEN = 4, 3
"""Orders to choose from, on a screen and by ear."""
ALL = "all"
"""The choice "everything in the order"."""
_ALL_LABELS = {"pl": ["Wszystko", "całość", "obie rzeczy"], "en": ["Everything", "all of it", "both"], "ro": ["Totul", "toate", "amândouă"]}
_OTHER_LABELS = {
    "pl": ["Inne zamówienie", "inne", "żadne z nich"],
    "en": ["Another order", "another", "none of these"],
    "ro": ["Altă comandă", "alta", "niciuna"],
}
_AND_MORE = {"pl": " i inne rzeczy", "en": " and more", "ro": " și altele"}
_NEAR = {
    -1: {"pl": "wczoraj", "en": "yesterday", "ro": "ieri"},
    0: {"pl": "dzisiaj", "en": "today", "ro": "astăzi"},
    1: {"pl": "jutro", "en": "tomorrow", "ro": "mâine"},
}


# ---- small helpers that the support actions share


def said(turn: ActionTurn) -> str:
    """What the person said in this turn, in their words; empty for a button."""
    text = turn.heard.text.strip()
    return "" if text.startswith("/") else text


def today(turn: ActionTurn) -> date:
    """The person's date."""
    return turn.scene.now.date()


def day_of(order: Mapping[str, Any], name: str) -> date | None:
    """One of the order's dates (``placed``, ``shipped``, ``delivered``, ``eta``)."""
    value = order.get(name)
    return date.fromisoformat(str(value)[:10]) if value else None


def shown_day(value: date | None, turn: ActionTurn) -> str:
    """A date as people say it: "tomorrow, Thursday, 19 November"."""
    if value is None:
        return "–"
    near = _NEAR.get((value - today(turn)).days)
    full = day(value.isoformat(), turn.language)
    return f"{near[turn.language]}, {full}" if near else full


def item_name(item: Mapping[str, Any], language: str) -> str:
    """The product's name in this language."""
    return text_in(item["name"], language)


def order_label(order: Mapping[str, Any], language: str, *, spoken: bool = False) -> str:
    """The order's number, goods and date, as in ``VX-104233 – czajnik Fala, 15 listopada``; on a call without the number."""
    names = [item_name(item, language) for item in order["items"]]
    placed = format_date(date.fromisoformat(order["placed"][:10]), "d MMMM", locale=language)
    if spoken:
        return f"{', '.join(names[:2])}{_AND_MORE[language] if len(names) > 2 else ''}, {placed}"
    goods = ", ".join(names[:2]) + (f" + {len(names) - 2}" if len(names) > 2 else "")
    return f"{order['id']} – {goods}, {placed}"


def label(order: Mapping[str, Any], turn: ActionTurn) -> str:
    """The order as this turn's person reads or hears it."""
    return order_label(order, turn.language, spoken=turn.spoken)


def masked(email: str) -> str:
    """An e-mail address that its owner recognises and nobody else learns."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}"


def folded(text: str) -> str:
    """Lower case without diacritics."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("ł", "l"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def words_of(turn: ActionTurn) -> str:
    """What the person wanted and by what they told the order apart ("the one with the boots"), in their words."""
    return " ".join(str(turn.slots.get(name) or "") for name in ("order_words", "order_named"))


def mentioned(text: str, items: Iterable[Mapping[str, Any]], language: str) -> list[str]:
    """The sku of each item whose name's words occur in the text, whatever their endings."""
    heard = re.findall(r"\w+", folded(text))
    found = []
    for item in items:
        words = re.findall(r"\w{3,}", folded(item_name(item, language)))
        if any(_is_form_of(said, word, language) for said in heard for word in words):
            found.append(str(item["sku"]))
    return found


def _is_form_of(said: str, word: str, language: str) -> bool:
    """Whether a said word is this word with another ending. Short words change little: "buty", not "butelka"."""
    if language == "en" or len(word) <= 3:
        return said in (word, word + "s") or (word.endswith("s") and said == word[:-1])
    if len(word) == 4:
        stem = word[:3] if language == "pl" else word
        return said.startswith(stem) and len(said) <= 6
    stem = word[: min(5, len(word) - 1)]
    return said.startswith(stem) and len(said) <= len(word) + 4


async def order_of(turn: ActionTurn, slot: str = "order_id") -> Order:
    """The order a slot names; it was found before, so it is there."""
    return await turn.record("order", slot)


def total(order: Order, turn: ActionTurn) -> str:
    """What the order costs."""
    return money(order["total"], turn.language)


def outcome(turn: ActionTurn, result: str) -> None:
    """What came of the wish, for the touchpoint."""
    turn.effect("outcome", outcome=result)


async def ticket(turn: ActionTurn, kind: str, text: str, order: Order | None = None, **more: Any) -> str:
    """Leave a ticket for a person; returns its number."""
    number = await turn.scene.records.new_id("ticket", "T")
    person = turn.scene.person.id or (order or {}).get("person")
    ticket = {"kind": kind, "person": person, "order": order["id"] if order else None, "text": text}
    when = {"at": turn.scene.now.isoformat(), "status": "open"}
    await turn.scene.records.put("ticket", number, {**ticket, **when, **more})
    turn.effect("committed")
    return number


def item_options(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What can be chosen of an order: each thing, and all of them."""
    options = [{"value": item["sku"], "labels": {language: _names(item, language) for language in item["name"]}} for item in items]
    return [*options, {"value": ALL, "labels": _ALL_LABELS}] if len(items) > 1 else options


def _names(item: Mapping[str, Any], language: str) -> list[str]:
    """What people call a thing: its name, or one of the words of it."""
    name = item_name(item, language)
    return [name, *re.findall(r"[^\W\d_]{4,}", name)]


# ---- finding


@action("action_find_order")
async def find_order(turn: ActionTurn) -> None:
    """Take the order that was named, the only one that fits, or let the person choose; strangers give a number."""
    turn.set(order_id=None, order_case="number", order_words=_wish(turn), order_named=None)
    _begin_afresh(turn)
    own = await _own_orders(turn)
    turn.set(order_options=_options(own, spoken=turn.spoken))
    named = _named(turn, own)
    if named is not None:
        _take(turn, named)
        return
    if turn.slots.get("order_number"):
        return
    fitting = await _fitting(turn, own)
    only = _only_one(turn, fitting, own)
    if only is not None:
        _take(turn, only)
        turn.say("utter_order_used", order_label=label(only, turn))
        turn.set(order_choice=only["id"])
        turn.effect("answered", slot="order_choice")
    elif own:
        most = MOST_SPOKEN if turn.spoken else MOST_SHOWN
        offered = (fitting or own)[:most] if len(fitting) != 1 else own[:most]
        turn.set(order_case="choose", order_options=_options(offered, spoken=turn.spoken))


def _wish(turn: ActionTurn) -> str:
    """The words to find the order in; a payment flow asked something else first."""
    note = turn.slots.get("payment_note") if turn.slots.get("order_purpose") == "payment" else None
    return " ".join(words for words in (note, said(turn)) if words)


def _begin_afresh(turn: ActionTurn) -> None:
    """What was chosen for another purpose, in a flow that waits below this one, does not count here."""
    purpose = turn.slots.get("order_purpose")
    if turn.slots.get("order_for") not in (None, purpose):
        named = turn.scene.parse("order_number", _wish(turn), Context(turn.language, turn.scene.now))
        turn.set(order_choice=None, order_proof=None, order_number=named.value if named else None)
    turn.set(order_for=purpose)


@action("action_take_order")
async def take_order(turn: ActionTurn) -> None:
    """Use the order that was chosen; "another one" goes on to the number."""
    chosen = turn.slots["order_choice"]
    order = next((order for order in await _own_orders(turn) if order["id"] == chosen), None)
    if order is None:
        turn.set(order_choice=None, order_number=None, order_case="number")
    else:
        if not turn.heard.text.startswith("/"):  # "the one with the boots" may be asked about again
            turn.set(order_named=turn.heard.text)
        _take(turn, order)


@action("action_take_number")
async def take_number(turn: ActionTurn) -> None:
    """A number of the person's own order is enough; any other number, real or not, needs proof."""
    number = _number(turn)
    if not number:
        turn.set(order_case="lost", order_number=None)
        return
    own = {order["id"]: order for order in await _own_orders(turn)}
    if number in own:
        _take(turn, own[number])
    else:
        turn.set(order_case="proof")


@action("action_verify_order")
async def verify_order(turn: ActionTurn) -> None:
    """Compare the proof with the order. A wrong proof and a number that does not exist look the same from outside."""
    order = await turn.scene.records.get("order", _number(turn))
    if order is not None and _proven(turn, order):
        turn.set(orders_verified=[*(turn.slots.get("orders_verified") or []), order["id"]])
        _take(turn, order)
        return
    failures = int(turn.slots.get("order_failures") or 0) + 1
    turn.set(order_failures=failures, order_number=None, order_proof=None, order_auto=True, order_case="again")
    if failures < MOST_FAILURES:
        turn.say("utter_order_not_matching")
        return
    turn.set(order_case="refused")
    turn.effect("problem", kind="order_not_verified", words=said(turn))
    turn.effect("outcome", outcome="not_verified")
    turn.say("utter_order_refused")
    turn.effect("handoff", reason="not_verified")


@action("action_order_person")
async def order_person(turn: ActionTurn) -> None:
    """A person looks for an order without its number."""
    turn.effect("outcome", outcome="order_not_found")
    turn.hand_over("order_not_found")


def _take(turn: ActionTurn, order: Order) -> None:
    turn.set(order_id=order["id"], order_case="found", order_hint=None, order_label=label(order, turn))


async def _own_orders(turn: ActionTurn) -> list[Order]:
    """The person's orders and those they have proven to be theirs, newest first."""
    person = turn.scene.person.id
    found = await turn.scene.records.find("order", person=person) if person else []
    known = {order["id"] for order in found}
    for number in turn.slots.get("orders_verified") or []:
        order = await turn.scene.records.get("order", number) if number not in known else None
        if order is not None:
            found.append(order)
    return sorted(found, key=lambda order: (str(order["placed"]), str(order["id"])), reverse=True)


def _named(turn: ActionTurn, own: list[Order]) -> Order | None:
    """The order that an earlier step, a choice or a number names, when it is the person's own."""
    for name in (turn.slots.get("order_hint"), turn.slots.get("order_choice"), _number(turn)):
        for order in own:
            if order["id"] == name:
                return order
    return None


def _number(turn: ActionTurn) -> str:
    digits = re.sub(r"\D", "", str(turn.slots.get("order_number") or ""))
    return f"VX-{digits}" if digits else ""


async def _fitting(turn: ActionTurn, own: list[Order]) -> list[Order]:
    """The orders that what the person wants can be about."""

    def of(*states: str) -> list[Order]:
        return [order for order in own if order["status"] in states]

    def lately(order: Order) -> bool:
        delivered = day_of(order, "delivered")
        return delivered is not None and today(turn) - delivered <= RECENT

    match turn.slots.get("order_purpose"):
        case "status":
            return of("shipped") or of(*WAITING) or [order for order in own if lately(order)]
        case "change" | "cancel":
            return of(*WAITING) or of("shipped")
        case "return":
            return [order for order in own if lately(order)] or of("shipped")
        case "refund":
            return [order for order in own if await _money_owed(turn, order)]
        case "payment":
            return of("new") or of("paid", "packed", "shipped")
        case "problem":
            return of("delivered")
        case _:
            return [order for order in own if order["status"] != "cancelled"]


async def _money_owed(turn: ActionTurn, order: Order) -> bool:
    records = turn.scene.records
    return bool(await records.find("refund", order=order["id"]) or await records.find("return", order=order["id"]))


def _only_one(turn: ActionTurn, fitting: list[Order], own: list[Order]) -> Order | None:
    """The one order that is surely meant: by the goods in the sentence, or because no other fits."""
    if turn.slots.get("order_auto"):
        return None
    for orders in (fitting, own):
        named = [order for order in orders if mentioned(turn.slots["order_words"], order["items"], turn.language)]
        if len(named) == 1:
            return named[0]
    if len(fitting) == 1:
        return fitting[0]
    return own[0] if len(own) == 1 else None


def _options(orders: list[Order], *, spoken: bool) -> list[dict[str, Any]]:
    """What can be chosen: each order under its number and goods, and another order."""
    found: list[dict[str, Any]] = [
        {
            "value": order["id"],
            "labels": {
                language: [
                    order_label(order, language, spoken=spoken),
                    order["id"],
                    order["id"][3:],
                    *(name for item in order["items"] for name in _names(item, language)),
                ]
                for language in _OTHER_LABELS
            },
        }
        for order in orders
    ]
    return [*found, {"value": OTHER, "labels": _OTHER_LABELS}] if found else []


def _proven(turn: ActionTurn, order: Order) -> bool:
    """Whether the person named the order's e-mail address or postal code, typed or spoken."""
    text = str(turn.slots.get("order_proof") or "")
    context = Context(turn.language, turn.scene.now, str(order.get("country") or "PL"))
    email = turn.scene.parse("email", text, context)
    if email is not None:
        return str(email.value).lower() == str(order["email"]).lower()
    code = turn.scene.parse("postal_code", text, context)
    return _plain(code.value if code else text) == _plain(order["postal_code"])


def _plain(value: Any) -> str:
    return re.sub(r"[\W_]", "", str(value)).upper()
