"""Every value parser by the name a dialog uses for its kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nlu.parsers.base import Context, Parsed, Parser
from nlu.parsers.choice import parse_choice
from nlu.parsers.duration import parse_duration
from nlu.parsers.email import parse_email
from nlu.parsers.language import parse_language
from nlu.parsers.money import parse_money
from nlu.parsers.number import parse_integer, parse_number
from nlu.parsers.order_number import parse_order_number
from nlu.parsers.person_name import parse_person_name
from nlu.parsers.phone import parse_phone
from nlu.parsers.postal_code import parse_postal_code
from nlu.parsers.rating import parse_rating
from nlu.parsers.text import parse_text
from nlu.parsers.when import parse_date, parse_datetime, parse_time, parse_when
from nlu.parsers.yes_no import parse_yes_no

PARSERS: Mapping[str, Parser] = MappingProxyType(
    {
        "number": parse_number,
        "integer": parse_integer,
        "money": parse_money,
        "rating": parse_rating,
        "phone": parse_phone,
        "email": parse_email,
        "postal_code": parse_postal_code,
        "order_number": parse_order_number,
        "yes_no": parse_yes_no,
        "choice": parse_choice,
        "person_name": parse_person_name,
        "language": parse_language,
        "text": parse_text,
        "when": parse_when,
        "date": parse_date,
        "time": parse_time,
        "datetime": parse_datetime,
        "duration": parse_duration,
    }
)
"""Kind of value -> its parser."""


def parse(kind: str, text: str, context: Context) -> Parsed | None:
    """Read a value of a kind out of text; the shape of the value is told by that kind's parser.

    Raises ``ValueError`` for an unknown kind, never for any text.
    """
    parser = PARSERS.get(kind)
    if parser is None:
        raise ValueError(f"unknown kind of value {kind!r}; known kinds: {', '.join(PARSERS)}")
    return parser(text, context)
