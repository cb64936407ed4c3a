"""What the dialogue does besides talking, as a plain Rasa bot does it: an action server that reads the same records from PostgreSQL."""

from __future__ import annotations

import os
import re

import psycopg2
from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import SlotSet

_database = psycopg2.connect(os.environ["BENCH_RECORDS"])
_database.autocommit = True


def _order(number: str | None) -> dict | None:
    with _database.cursor() as cursor:
        cursor.execute("SELECT data FROM records WHERE kind = 'order' AND id = %s", (number,))
        row = cursor.fetchone()
    return row[0] if row else None


class ValidateOrderForm(FormValidationAction):
    """The order must exist, and the proof must be its own."""

    def name(self) -> str:
        return "validate_order_form"

    def validate_order_number(self, value, dispatcher, tracker, domain):
        found = re.search(r"VX-\d{6}", str(value).upper())
        return {"order_number": found[0] if found and _order(found[0]) else None}

    def validate_order_proof(self, value, dispatcher, tracker, domain):
        order = _order(tracker.get_slot("order_number")) or {}
        fits = str(value).strip().lower() in (order.get("email"), order.get("postal_code"))
        return {"order_proof": value if fits else None}


class OrderStatus(Action):
    """Says where the order is, and forgets it, so that it can be asked about again."""

    def name(self) -> str:
        return "action_order_status"

    def run(self, dispatcher, tracker, domain):
        order = _order(tracker.get_slot("order_number")) or {}
        dispatcher.utter_message(text=f"Zamówienie jest w drodze ({order.get('status')}), dostawa: {order.get('eta')}.")
        return [SlotSet("order_number", None), SlotSet("order_proof", None)]
