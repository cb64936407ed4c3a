"""The tone of voice from the command line: files in order, each caller's start learnt as in a call."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, TaskID

from bot.start import StartError
from speech.audio import AudioError, read_audio
from speech.tone.judge import Caller, Judge
from speech.tone.train import ManifestError
from speech.tone.types import Change, Tone, ToneError, ToneJudge
from speech.types import Samples, SpeechError

console = Console(stderr=True, soft_wrap=True)
COLUMNS = ("path", "caller")
HEARD = {
    "pitch": "{:+.1f} semitones",
    "loudness": "{:+.0f} dB",
    "tempo": "{:+.0%} tempo",
    "pauses": "{:+.0%} pauses",
}


@dataclass(frozen=True, slots=True)
class Utterance:
    """One line of a manifest: the path as it stands there, where the file is, and who speaks."""

    path: str
    file: Path
    caller: str


def tone_by_hand(manifest: Path, as_json: bool) -> None:
    """Judge the files of a manifest (CSV: path, caller) in order, a line each; relative paths are relative to the manifest.

    A file that cannot be read is told on stderr and has no score, and the others go on. Raises StartError for a manifest that cannot be
    read, or where there are no weights.
    """
    utterances = read_manifest(manifest)
    judge = Judge()
    try:
        with console.status("Loading the weights …"):
            try:
                judge.load()
            except ToneError as error:
                raise StartError(f"the tone of voice cannot be judged: {error}") from error
        asyncio.run(_judge(judge, utterances, as_json))
    finally:
        judge.close()


def evaluate_tone(data: Path | None, as_json: bool) -> None:
    """Print the tables of speech.tone.evaluate on stdout, as Markdown or as one line of JSON. Raises StartError."""
    from speech.tone.evaluate import MANIFEST, evaluate

    with Progress(console=console, disable=as_json) as progress:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done)

        try:
            found = evaluate(data or MANIFEST, told)
        except (ManifestError, SpeechError) as error:
            raise StartError(f"the tone of voice cannot be evaluated: {error}") from error
    print(found.to_json() if as_json else found.markdown())


def read_manifest(manifest: Path) -> list[Utterance]:
    """The lines of the manifest. Raises StartError that says what is wrong with it."""
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
                raise StartError(f"{manifest} has no column {', '.join(missing)}: its first line must be path,caller.")
            return list(_utterances(manifest, rows))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StartError(f"{manifest} cannot be read: {error}.") from error


def _utterances(manifest: Path, rows: csv.DictReader[str]) -> Iterator[Utterance]:
    for row in rows:
        path, caller = row["path"], row["caller"]
        if not path or not caller:
            raise StartError(f"{manifest}, line {rows.line_num}: there must be a path and a caller.")
        yield Utterance(path, manifest.parent / path, caller)


async def _judge(judge: ToneJudge, utterances: list[Utterance], as_json: bool) -> None:
    callers: dict[str, Caller] = {}
    with Progress(console=console, disable=as_json) as progress:
        for one in progress.track(utterances, description="Listening"):
            caller = callers.setdefault(one.caller, judge.caller())
            try:
                tone = await judge.judge(await asyncio.to_thread(_read, one.file), caller)
            except AudioError as error:
                console.print(str(error), highlight=False, markup=False, style="yellow")
                tone = Tone(None, "broken")
            judge.learn(caller, tone)
            _tell(one, tone, as_json)


def _read(file: Path) -> Samples:
    samples = read_audio(file)
    if not len(samples):
        raise AudioError(f"{file} holds no audio.")
    return samples


def _tell(one: Utterance, tone: Tone, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_line(one, tone), ensure_ascii=False), flush=True)
        return
    score = f"no score: {tone.unscored}" if tone.frustration is None else f"{tone.frustration:.2f}"
    changes = ", ".join(_in_words(change) for change in tone.changes)
    Console(soft_wrap=True, highlight=False).print(f"{one.caller}  {one.path}  [bold]{score}[/]  [dim]{changes}[/]")


def _line(one: Utterance, tone: Tone) -> dict[str, Any]:
    frustration = None if tone.frustration is None else round(tone.frustration, 4)
    changes = [{"what": change.what, "by": round(change.by, 3)} for change in tone.changes]
    return {"path": one.path, "caller": one.caller, "frustration": frustration, "unscored": tone.unscored, "changes": changes}


def _in_words(change: Change) -> str:
    return HEARD[change.what].format(change.by - 1 if change.what == "tempo" else change.by)
