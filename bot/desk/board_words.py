"""What the board calls things, in the reader's language."""

from __future__ import annotations

from bot.desk.closing import OUTCOME_NAMES, PRESENCE_NAMES
from bot.desk.i18n import _, later
from bot.desk.trends import BACK, ENDED, LEFT, OPEN

REASONS = {
    "abuse": later("Insults"), "appointment": later("Appointment"), "asked_for_person": later("Asked for a person"),
    "basket_question": later("Question about a basket"), "call_failed": later("The call failed"), "callback_due": later("Callback due"),
    "cannot_pay": later("Cannot pay"), "complaint": later("Complaint"), "frustration": later("Frustration"),
    "internal_error": later("The bot failed"), "late_delivery": later("Late delivery"), "low_rating": later("Low rating"),
    "not_understood": later("Not understood"), "not_verified": later("Identity not confirmed"),
    "order_not_found": later("Order not found"), "payment": later("Payment"), "payment_dispute": later("Disputed payment"),
    "refund_check": later("Refund to check"), "return_too_late": later("Return after the deadline"), "tax_number": later("Tax number"),
    "unknown_question": later("Question nobody knew"),
}  # fmt: skip
"""Why the flows hand over (``effect("handoff", reason=…)``). Others are shown as they are called."""
OUTCOMES = {
    **OUTCOME_NAMES, LEFT: later("Left before an answer"), OPEN: later("Still open"), BACK: later("Given back to the bot"),
    ENDED: later("Ended"), "callback": later("Call back wanted"), "text": later("Answer in writing wanted"),
    "message": later("Left a message"),
}  # fmt: skip
"""What the agent has chosen, what the person has asked for instead of waiting (a task's kind), or what we see."""
CHANNELS = {
    "web": later("chat"), "sms": later("text message"), "phone": later("phone"), "browser": later("browser call"),
    "terminal": later("terminal"), "api": later("API"), "email": later("e-mail"),
}  # fmt: skip
LANGUAGES = {"pl": later("Polish"), "en": later("English"), "ro": later("Romanian")}
OWNERS = {"bot": later("With the bot"), "waiting": later("Waiting"), "agent": later("With agents")}


def reason_words(reason: str) -> str:
    """Why somebody came to a person."""
    return _in(REASONS, reason)


def task_words(text: str) -> str:
    """What a task is about: somebody's words, or why they asked for a person where there were none."""
    return _(REASONS[text]) if text in REASONS else text


def outcome_words(outcome: str) -> str:
    """How it ended."""
    return _in(OUTCOMES, outcome)


def channel_words(channel: str) -> str:
    """Where they are."""
    return _in(CHANNELS, channel)


def language_words(code: str) -> str:
    """What they speak."""
    return _in(LANGUAGES, code)


def presence_words(presence: str) -> str:
    """What an agent says of themselves."""
    return _in(PRESENCE_NAMES, presence)


def owner_words(owner: str) -> str:
    """Who has a conversation."""
    return _in(OWNERS, owner)


def lasted(seconds: float) -> str:
    """A time for people, as exact as it matters."""
    whole = int(max(seconds, 0))
    if whole < 60:
        return _("{count} s").format(count=whole)
    if whole < 600:
        minutes, seconds = divmod(whole, 60)
        return (
            _("{minutes} min {seconds} s").format(minutes=minutes, seconds=seconds) if seconds else _("{count} min").format(count=minutes)
        )
    if whole < 6000:
        return _("{count} min").format(count=whole // 60)
    return _("{count} h").format(count=whole // 3600) if whole < 48 * 3600 else _("{count} d").format(count=whole // 86_400)


def _in(words: dict[str, str], name: str) -> str:
    return _(words[name]) if name in words else name.replace("_", " ")
