"""`python -m benchmarks.speaking`: how soon and at what cost the bot speaks, and what Whisper hears of it. About a minute of CPU.

For each language ten replies of the bot: ms from asking to having the audio of the first clause (new, then cached), CPU seconds of all
processes for each second of audio, and the words and letters that the packaged Whisper hears wrong in telephone audio. Both sides are
compared as spoken words, so "9:00" and "dziewiąta" are no errors.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import tempfile
import time
from pathlib import Path

import psutil
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from bot.settings import ROOT, Settings
from speech.normalise import speakable
from speech.synthesis import DEFAULTS, VoiceChoice, Voices, clauses
from speech.transcription import WhisperTranscriber
from speech.types import RATE

REPLIES = {
    "pl": (
        "Dzień dobry, w czym mogę pomóc?",
        "Pani zamówienie zostało wysłane wczoraj po południu, a kurier zadzwoni przed przyjazdem.",
        "Proszę podać numer zamówienia.",
        "Czy chce pan porozmawiać z konsultantem?",
        "Kurier przyjedzie we wtorek między 9:00 a 11:00.",
        "Nie znalazłam takiego zamówienia, proszę powtórzyć numer.",
        "Termin wizyty to 5 marca o godzinie 14:30.",
        "Do zapłaty pozostały 123 złote.",
        "Wyślę potwierdzenie w wiadomości na ten numer telefonu.",
        "Dziękuję za rozmowę, życzę miłego dnia.",
    ),
    "ro": (
        "Bună ziua, cu ce vă pot ajuta?",
        "Comanda dumneavoastră a fost trimisă ieri după-amiază, iar curierul vă sună înainte să ajungă.",
        "Vă rog să spuneți numărul comenzii.",
        "Doriți să vorbiți cu un coleg?",
        "Curierul vine marți între orele 9 și 11.",
        "Nu am găsit această comandă, vă rog să repetați numărul.",
        "Programarea este pe 5 martie, la ora 14:30.",
        "Aveți de plătit 123 de lei.",
        "Vă trimit confirmarea într-un mesaj la acest număr de telefon.",
        "Vă mulțumesc pentru apel, o zi frumoasă.",
    ),
    "en": (
        "Good morning, how can I help you?",
        "Your order was sent yesterday afternoon, and the courier will call you before coming.",
        "Please tell me your order number.",
        "Would you like to talk to one of our agents?",
        "The courier will come on Tuesday between 9 and 11 a.m.",
        "I could not find that order, please repeat the number.",
        "Your appointment is on March 5 at 2:30 p.m.",
        "There are 123 pounds left to pay.",
        "I will send a confirmation to this phone number.",
        "Thank you for calling, have a nice day.",
    ),
}
CASES = [*((language, DEFAULTS[language]) for language in REPLIES), ("en", VoiceChoice("espeak:en"))]


def main() -> None:
    """Measure and print the table."""
    table = Table(title=f"speaking, {os.cpu_count()} processors, {time.strftime('%Y-%m-%d')}")
    for column in (
        "voice",
        "first clause, ms p50 / most",
        "cached, ms p50",
        "CPU s per s of audio",
        "words heard wrong",
        "letters heard wrong",
    ):
        table.add_column(column)
    transcriber = WhisperTranscriber("base", Settings().data_dir, 1)
    transcriber.load()
    for language, choice in CASES:
        table.add_row(choice.voice, *asyncio.run(_row(language, choice, transcriber)))
    transcriber.close()
    Console(width=150).print(table)


async def _row(language: str, choice: VoiceChoice, transcriber: WhisperTranscriber) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as folder:
        voices = Voices(ROOT / ".venv-voices" / "bin" / "python", Path(folder), {language: choice})
        await voices.start()
        while not voices.ready:
            await asyncio.sleep(0.05)
        await voices.synthesize("…a", language)
        new, seconds, spent = [], 0.0, _cpu()
        for reply in REPLIES[language]:
            first = clauses(reply, language)[0]
            new.append(await _ms(voices, first, language))
            seconds += len(await voices.synthesize(first, language)) / RATE
        spent = _cpu() - spent
        cached = [await _ms(voices, clauses(reply, language)[0], language) for reply in REPLIES[language]]
        wrong_words = words = wrong_letters = letters = 0
        for reply in REPLIES[language]:
            transcript = await transcriber.transcribe(await voices.synthesize(reply, language), language)
            said, understood = _words(reply, language), _words(transcript.text, language)
            wrong_words += Levenshtein.distance(said, understood)
            wrong_letters += Levenshtein.distance(" ".join(said), " ".join(understood))
            words, letters = words + len(said), letters + len(" ".join(said))
        await voices.aclose()
    return (
        f"{statistics.median(new):.0f} / {sorted(new)[-1]:.0f}",
        f"{statistics.median(cached):.2f}",
        f"{spent / seconds:.3f}",
        f"{wrong_words} of {words}",
        f"{wrong_letters} of {letters}",
    )


async def _ms(voices: Voices, text: str, language: str) -> float:
    begun = time.perf_counter()
    await voices.synthesize(text, language)
    return (time.perf_counter() - begun) * 1000


def _words(text: str, language: str) -> list[str]:
    return re.sub(r"[^\w ]", " ", speakable(text, language).lower()).split()


def _cpu() -> float:
    """CPU seconds of this process and its workers so far."""
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return sum(times.user + times.system for times in (process.cpu_times() for process in processes))


if __name__ == "__main__":
    main()
