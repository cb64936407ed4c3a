"""The command line. Each command is one function; what takes long lives elsewhere and is imported when it is used."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from bot.cli_users import keys_app, users_app
from bot.settings import ROOT, Settings

app = typer.Typer(
    help="Voxtrail: conversations by chat, text and voice.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
flows_app = typer.Typer(help="Check and draw the flows.", invoke_without_command=True)
app.add_typer(flows_app, name="flows")
app.add_typer(users_app, name="users")
app.add_typer(keys_app, name="keys")
out, err = Console(emoji=False, soft_wrap=True), Console(stderr=True, emoji=False, soft_wrap=True)

Lang = Annotated[str, typer.Option("--lang", help="pl, en or ro.")]
Json = Annotated[bool, typer.Option("--json", help="JSON lines on stdout and nothing else.")]


def main() -> None:
    """Run the command line; what goes wrong foreseeably is one plain sentence."""
    from bot.start import StartError

    try:
        app()
    except ValidationError as error:
        wrong = error.errors()[0]
        err.print(f"[bold red]Voxtrail cannot go on:[/] the setting {wrong['loc'][0]} is wrong: {wrong['msg']}.", highlight=False)
        sys.exit(1)
    except StartError as error:
        err.print(f"[bold red]Voxtrail cannot go on:[/] {error}", highlight=False)
        sys.exit(1)


@app.command()
def serve() -> None:
    """Start the service: database, NLU server, web pages."""
    from bot.start import serve as start

    start(Settings())


@app.command()
def talk(
    lang: Lang = "pl",
    flow: Annotated[str, typer.Option(help="Conversation to begin with.")] = "support",
    person: Annotated[str, typer.Option(help="Person's id, such as P-1001.")] = "",
    context: Annotated[str, typer.Option(help='JSON for the flow, such as \'{"job_id": "J-100"}\'.')] = "{}",
    url: Annotated[str, typer.Option(help="A service that runs; without it one is used in process.")] = "",
) -> None:
    """Chat in the terminal."""
    from bot.channels.terminal import chat

    asyncio.run(chat(Settings(), lang, flow, person, json.loads(context), url))


@app.command()
def call(
    wav: Annotated[list[str], typer.Option(help="What the caller says: audio files in order; key:5 presses a key, wait:8 is silent.")],
    more: Annotated[list[str] | None, typer.Argument(help="More of them.")] = None,
    lang: Lang = "pl",
    flow: Annotated[str, typer.Option(help="Conversation to begin with.")] = "support",
    person: Annotated[str, typer.Option(help="Person's id, such as P-1001.")] = "",
    context: Annotated[str, typer.Option(help='JSON for the flow, such as \'{"job_id": "J-100"}\'.')] = "{}",
    keep: Annotated[Path | None, typer.Option(help="Write both sides of the call to this WAV file.")] = None,
    as_json: Json = False,
) -> None:
    """Call the bot without a phone: audio files speak, everything else is as on the line."""
    from bot.calls.by_hand import call as take

    turns = [*wav, *(more or [])]
    asyncio.run(take(Settings(), turns, language=lang, flow=flow, person=person, context=json.loads(context), keep=keep, as_json=as_json))


@app.command()
def hear(files: list[str], lang: Lang = "pl", as_json: Json = False) -> None:
    """Transcribe audio files, as a call would hear them."""
    from bot.calls.by_hand import hear as listen

    asyncio.run(listen(Settings(), files, lang, as_json=as_json))


@app.command()
def understand(texts: list[str], lang: Lang = "pl", as_json: Json = False) -> None:
    """Say what sentences mean; '-' reads one a line from standard input."""
    from bot.start import nlu_running

    sentences = [line.rstrip("\n") for line in sys.stdin] if texts == ["-"] else texts

    async def run() -> None:
        async with nlu_running(Settings(), quiet=as_json) as nlu:
            for sentence in sentences:
                _show_understanding(await nlu.parse(sentence, lang), as_json)

    asyncio.run(run())


def _show_understanding(found: Any, as_json: bool) -> None:
    line = {
        "text": found.text,
        "intent": found.intent.name,
        "confidence": round(found.intent.confidence, 4),
        "entities": [{"name": e.name, "value": e.value, "start": e.start, "end": e.end} for e in found.entities],
        "language": found.language,
    }
    if as_json:
        print(json.dumps(line, ensure_ascii=False), flush=True)
    else:
        out.print(f"{found.text}\n  [bold]{line['intent']}[/] {line['confidence']:.2f}", highlight=False)


@app.command()
def train(force: Annotated[bool, typer.Option(help="Train even if nothing changed.")] = False) -> None:
    """Train the NLU model if its data or pipeline changed."""
    from bot.start import train_nlu

    model = train_nlu(Settings(), force=force)
    out.print(f"The NLU model is {model}.", highlight=False)


@app.command()
def tone(
    manifest: Annotated[Path, typer.Option(help="CSV with the columns path and caller, in the order in which it was said.")],
    as_json: Json = False,
) -> None:
    """Judge how frustrated callers sound, each against their own start."""
    from bot.calls.tone_by_hand import tone_by_hand

    tone_by_hand(manifest, as_json)


class Measured(StrEnum):
    """What can be evaluated."""

    NLU = "nlu"
    TONE = "tone"
    MOOD = "mood"


@app.command()
def evaluate(
    what: Annotated[Measured, typer.Argument(help="The understanding, the tone of voice, or the mood in words.")] = Measured.NLU,
    data: Annotated[Path | None, typer.Option(help="Manifest of the tone's clips; default: shared/data beside the project.")] = None,
    as_json: Json = False,
) -> None:
    """Measure a part on its test data: the NLU (default), the tone of voice, or the mood in words."""
    match what:
        case Measured.NLU:
            from bot.start import evaluate_nlu

            asyncio.run(evaluate_nlu(Settings(), as_json=as_json))
        case Measured.TONE:
            from bot.calls.tone_by_hand import evaluate_tone

            evaluate_tone(data, as_json)
        case Measured.MOOD:
            from bot.start import evaluate_mood

            evaluate_mood(Settings(), as_json=as_json)


@app.command()
def demo(force: Annotated[bool, typer.Option(help="Renew the records of the demo company.")] = False) -> None:
    """Load the demo company: people, orders, appointments, jobs, questions."""
    from bot.start import load_demo

    asyncio.run(load_demo(Settings(), force=force))


@app.command()
def export(
    person: Annotated[str, typer.Argument(help="Person's id or contact.")],
) -> None:
    """Print everything that is kept about a person, as JSON (GDPR Art. 15)."""
    from bot.start import export_person

    print(json.dumps(asyncio.run(export_person(Settings(), person)), ensure_ascii=False, indent=2))


@flows_app.callback(invoke_without_command=True)
def flows(
    check: Annotated[bool, typer.Option("--check", help="Find what is missing, unreachable, endless or untranslated.")] = False,
    graph: Annotated[bool, typer.Option("--graph", help="Print every flow as a Mermaid diagram.")] = False,
    folder: Annotated[list[Path] | None, typer.Option(help="Folders of flows; default: all of ours.")] = None,
) -> None:
    """Check or draw the flows."""
    from bot.service import KINDS
    from dialogs.actions import ACTIONS
    from dialogs.check import check_flows
    from dialogs.graph import mermaid
    from dialogs.load import FlowError, load_folders

    try:
        domain, loaded = load_folders(folder or [ROOT / "dialogs" / kind for kind in KINDS])
    except FlowError as error:
        err.print(str(error), highlight=False, markup=False)
        raise typer.Exit(1) from error
    if graph:
        print(mermaid(loaded))
    if check or not graph:
        findings = check_flows(domain, loaded, ACTIONS)
        for finding in findings:
            err.print(str(finding), highlight=False, markup=False)
        out.print(f"{len(loaded)} flows, {len(domain.responses)} responses, {len(domain.slots)} slots: {len(findings)} findings.")
        if findings:
            raise typer.Exit(1)


logging.getLogger("httpx").setLevel(logging.WARNING)
