"""The language of the pages for people: English in the code, other languages as gettext catalogues in ``locale/``.

``python -m bot.desk.i18n`` writes into the catalogues what is new in the code, for somebody to translate.
"""

from __future__ import annotations

import ast
import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

from babel import negotiate_locale
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LOCALE = Path(__file__).parent / "locale"
INTERFACES = {"en": "English", "pl": "Polski"}
"""What the pages speak, by code, each in its own words."""
_CODE = Path(__file__).parents[1]
_FORMS = {"_": 1, "later": 1, "ngettext": 2}
"""What marks a text to be translated, and how many forms of it are given."""
_PROBLEMS_IN = ("calls", "desk", "escalation")
"""Whose problems are shown on pages."""
_PROBLEMS = {"Problem", "_wrong", "_refused"}
"""What makes a problem: its text is the last of what is given in order."""
_plain: ContextVar[str] = ContextVar("interface", default="")
_pages: WeakKeyDictionary[object, str] = WeakKeyDictionary()


def negotiated(accepts: str) -> str:
    """The language for somebody whose browser says ``Accept-Language``."""
    wanted = [part.partition(";")[0].strip().replace("-", "_") for part in accepts.split(",")]
    found = negotiate_locale([each for each in wanted if each], INTERFACES)
    return found.partition("_")[0] if found else "en"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Plain pages and texts are in this language while the block runs."""
    token = _plain.set(language)
    try:
        yield
    finally:
        _plain.reset(token)


def speak(client: object, language: str) -> None:
    """A page of nicegui is in this language for as long as it is open: its handlers run in many contexts, the page is one."""
    _pages[client] = language


def language() -> str:
    """The language that texts are in here and now."""
    if chosen := _plain.get():
        return chosen
    from nicegui import context

    try:
        return _pages.get(context.client, "en")
    except RuntimeError:  # no page: a test, a job
        return "en"


def _(message: str) -> str:
    """The message in the language of whoever looks."""
    return catalogue(language()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """One of the forms that a number asks for; ``{count}`` is filled in."""
    return catalogue(language()).ngettext(one, many, count).format(count=count)


def later(message: str) -> str:
    """Marks a text that is translated where it is shown, such as a constant."""
    return message


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations of a language; none for English."""
    path = LOCALE / f"{language}.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def read(language: str) -> Catalog:
    """The catalogue as it is written."""
    with (LOCALE / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def wanted() -> Catalog:
    """Everything in the code that people read on pages. Babel's own extraction does not look into f-strings before Python 3.12."""
    found = Catalog(project="Voxtrail", charset="utf-8")
    for path in sorted(_CODE.rglob("*.py")):
        problems = path.relative_to(_CODE).parts[0] in _PROBLEMS_IN
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            name, given = node.func.id, list[ast.expr]()
            if name in _FORMS:
                given = node.args[: _FORMS[name]]
            elif problems and name in _PROBLEMS:
                given = node.args[-1:]
            texts = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if given and len(texts) == len(given):
                found.add(texts[0] if len(texts) == 1 else tuple(texts))
    return found


def translated(message: Message) -> bool:
    """Whether every form of a message has its translation."""
    forms = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(forms)


def main() -> None:
    """Write what is new in the code into every catalogue; what is no longer used goes."""
    for language in sorted(set(INTERFACES) - {"en"}):
        path = LOCALE / f"{language}.po"
        catalog = read(language) if path.exists() else Catalog(locale=language, project="Voxtrail", charset="utf-8")
        catalog.update(wanted(), no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalog, width=120, omit_header=False, no_location=True, sort_output=True)
        missing = [message for message in catalog if message.id and not translated(message)]
        print(f"{path.name}: {len(catalog)} texts, {len(missing)} to be translated")


if __name__ == "__main__":
    main()
