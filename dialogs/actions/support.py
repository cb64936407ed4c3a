"""What the support flows do about faults and questions. Orders, deliveries, returns and payments have modules of their own."""

from __future__ import annotations

from dialogs.actions import deliveries, payments, returns
from dialogs.actions.base import ActionTurn, action
from dialogs.actions.orders import ALL, WAITING, item_name, item_options, masked, mentioned, order_of, outcome, said, ticket, words_of

__all__ = ["deliveries", "payments", "returns"]

KNOWN = 0.86
"""Cosine similarity from which an answer to a question is given."""
SURE = 0.92
"""Cosine similarity below which the person is asked whether the answer fits (measured: docs/decisions/0004-faq-search.md)."""
_SHOP_HOURS = {
    "pl": "W jakich godzinach są otwarte sklepy?",
    "en": "What are the opening hours of the shops?",
    "ro": "Care este programul magazinelor?",
}
_QUESTIONS = ("opening_hours", "product_question", "ask_location")


# ---- fault


@action("action_offer_problem_items")
async def offer_problem_items(turn: ActionTurn) -> None:
    """Which thing of the order the fault is about."""
    order = await order_of(turn)
    if order["status"] in (*WAITING, "cancelled"):
        turn.say("utter_problem_not_sent")
        turn.set(problem_case="closed")
        outcome(turn, "not_possible")
        return
    items = order["items"]
    turn.set(problem_case="open", problem_order=order["id"], problem_item_options=item_options(items))
    kept = turn.slots.get("problem_item")
    named = mentioned(words_of(turn), items, turn.language)
    known = [i["sku"] for i in items if i["sku"] == kept] or ([items[0]["sku"]] if len(items) == 1 else named)
    turn.set(problem_item=known[0] if len(known) == 1 else None)
    if len(known) == 1 and len(items) > 1:
        turn.effect("answered", slot="problem_item")


@action("action_report_problem")
async def report_problem(turn: ActionTurn) -> None:
    """Register the complaint for the workshop."""
    order = await order_of(turn, "problem_order")
    item, wish, words = turn.slots["problem_item"], turn.slots["problem_wish"], turn.slots["problem_words"]
    number = await ticket(turn, "defect", words, order, item=item, wish=wish)
    names = [item_name(i, turn.language) for i in order["items"] if item in (i["sku"], ALL)]
    turn.say("utter_problem_reported", ticket_number=number, problem_item_shown=", ".join(names), email_masked=masked(order["email"]))
    turn.effect("problem", kind="defect", words=words)
    outcome(turn, "ticket_created")


# ---- questions


@action("action_take_question")
async def take_question(turn: ActionTurn) -> None:
    """The sentence that began this is the question; a button holds none yet."""
    asked = turn.heard.understanding.intent.name in _QUESTIONS or turn.heard.text.rstrip().endswith("?")
    turn.set(question=said(turn) or None if asked else None)


@action("action_answer_question")
async def answer_question(turn: ActionTurn) -> None:
    """Answer from the shop's own texts with their source, or admit not to know."""
    question, intent = str(turn.slots["question"]), turn.heard.understanding.intent.name
    found = await turn.scene.knowledge.search(question, turn.language)
    if intent == "opening_hours" and (not found or found[0].score < KNOWN):
        found = await turn.scene.knowledge.search(_SHOP_HOURS[turn.language], turn.language)
    turn.set(question_words=question)
    if not found or found[0].score < KNOWN:
        turn.set(question_case="unknown")
        turn.effect("problem", kind="unknown_question", words=question)
        outcome(turn, "unknown_question")
        return
    turn.set(question_case="known" if found[0].score >= SURE else "unsure")
    turn.say("utter_faq_answer", answer=found[0].text, source=found[0].source)
    if intent == "product_question":
        turn.effect("opportunity", kind="product_interest", about=found[0].title)
    outcome(turn, "answered")


@action("action_answer_missed")
async def answer_missed(turn: ActionTurn) -> None:
    """The nearest answer was not what the person asked for."""
    turn.effect("problem", kind="unknown_question", words=str(turn.slots["question_words"]))
    outcome(turn, "unknown_question")


@action("action_ask_colleague")
async def ask_colleague(turn: ActionTurn) -> None:
    """Pass the question to a person."""
    number = await ticket(turn, "question", str(turn.slots["question_words"]))
    turn.say("utter_question_passed", ticket_number=number)
    turn.hand_over("unknown_question")
