"""The browser phone's sound, in Chromium's own JavaScript, against numpy: mu-law, resampling, the jitter buffer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import Browser, Page

from speech.audio import from_mulaw, to_mulaw
from speech.types import FRAME, RATE
from tests.acceptance.line import open_line

CARDS = [8000, 16000, 22050, 44100, 48000, 96000]
"""Rates of sound cards, Hz; 8000 is a telephone headset's over Bluetooth."""
Signal = NDArray[np.float64]
Step = tuple[int, str, Any]

CAPTURE = """async ([rate, frequency, seconds]) => {
  const context = new OfflineAudioContext(1, rate * seconds, rate);
  await context.audioWorklet.addModule('/call-worklet.js');
  const tone = new OscillatorNode(context, { frequency });
  const quieter = new GainNode(context, { gain: 0.5 });
  const capture = new AudioWorkletNode(context, 'voxtrail-capture', { numberOfOutputs: 0 });
  const bytes = [];
  capture.port.onmessage = ({ data }) => bytes.push(...new Uint8Array(data.frame));
  tone.connect(quieter).connect(capture);
  tone.start();
  await context.startRendering();
  await new Promise((resolve) => setTimeout(resolve, 50));
  return bytes;
}"""

PLAYED = """async ([rate, steps, blocks]) => {
  const { Playback } = await import('/call-worklet.js');
  const marks = [];
  let block = 0;
  const playback = new Playback(rate, (name) => marks.push([name, block]));
  const sound = [];
  for (; block < blocks; block += 1) {
    for (const [at, what, value] of steps) {
      if (at !== block) continue;
      if (what === 'add') playback.add(Uint8Array.from(value));
      if (what === 'mark') playback.mark(value);
      if (what === 'clear') playback.clear();
    }
    const output = new Float32Array(128);
    playback.render(output);
    sound.push(...output);
  }
  return { sound, marks, gaps: playback.gaps, kept: playback.kept };
}"""


@pytest.fixture(scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page that may import the phone's files."""
    async with open_line() as line:
        page = await browser.new_page()
        await page.goto(f"{line.url}/call")
        yield page
        await page.close()


def amplitude(signal: Signal, frequency: float, rate: float) -> float:
    """How strong one frequency is in the middle of a signal."""
    middle = signal[len(signal) // 4 : -len(signal) // 4]
    turn = np.exp(-2j * np.pi * frequency * np.arange(len(middle)) / rate) * np.hanning(len(middle))
    return float(2 * abs(turn @ middle) / np.hanning(len(middle)).sum())


def tone(frequency: float, seconds: float, peak: int = 8000) -> Signal:
    """A sine at the line's rate."""
    return np.asarray(peak * np.sin(2 * np.pi * frequency * np.arange(int(RATE * seconds)) / RATE))


def frames(signal: Signal) -> list[list[int]]:
    """A signal as the frames of the line."""
    payload = to_mulaw(signal.astype(np.int16))
    return [list(payload[at : at + FRAME]) for at in range(0, len(payload), FRAME)]


async def play(page: Page, rate: int, steps: list[Step], seconds: float) -> dict[str, Any]:
    """What the jitter buffer makes of things that happen at certain blocks of 128 samples."""
    found: dict[str, Any] = await page.evaluate(PLAYED, [rate, steps, int(rate * seconds / 128)])
    found["sound"] = np.array(found["sound"])
    return found


async def test_mulaw_is_the_one_of_the_service(page: Page) -> None:
    script = "async () => { const { encode } = await import('/call-worklet.js'); return Array.from({ length: 65536 }, (_, i) => encode((i - 32768) / 32768)); }"
    encoded = await page.evaluate(script)
    assert bytes(encoded) == to_mulaw(np.arange(-32768, 32768).astype(np.int16))
    decoded = await page.evaluate(
        "async () => Array.from((await import('/call-worklet.js')).decode(Array.from({ length: 256 }, (_, i) => i)))"
    )
    assert np.array_equal(np.array(decoded) * 32768, from_mulaw(bytes(range(256))))


@pytest.mark.parametrize("rate", CARDS)
async def test_a_voice_passes_and_what_would_alias_does_not(page: Page, rate: int) -> None:
    for frequency in (300, 1000, 3400 if rate > RATE else 2000):  # at 8000 Hz Chromium's own oscillator fades above 2 kHz
        heard = from_mulaw(bytes(await page.evaluate(CAPTURE, [rate, frequency, 1]))) / 32768
        assert len(heard) in range(RATE - 2 * FRAME, RATE + 1)
        assert amplitude(heard, frequency, RATE) == pytest.approx(0.5, rel=0.03)
    for frequency in (4300, 6000, 7000):
        if frequency < rate / 2:
            heard = from_mulaw(bytes(await page.evaluate(CAPTURE, [rate, frequency, 1]))) / 32768
            assert amplitude(heard, RATE - frequency, RATE) < 0.001


@pytest.mark.parametrize("rate", CARDS)
async def test_the_line_sounds_as_it_was_sent(page: Page, rate: int) -> None:
    steps = [(0, "add", frame) for frame in frames(tone(1000, 1))]
    sound = (await play(page, rate, steps, 1.2))["sound"][:rate]
    assert amplitude(sound, 1000, rate) == pytest.approx(8000 / 32768, rel=0.02)
    if rate > RATE:
        assert amplitude(sound, 7000, rate) < 0.001, "the image of the tone above 4 kHz"


async def test_late_frames_make_a_gap_and_the_buffer_learns(page: Page) -> None:
    parts = frames(tone(1000, 1))
    blocks = [at * 48000 // 128 // 50 for at in range(len(parts))]
    steady: list[Step] = [(at, "add", part) for at, part in zip(blocks, parts, strict=True)]
    assert (await play(page, 48000, steady, 1.2))["gaps"] == 0
    late = [(at + (45 if place >= 20 else 0), "add", part) for place, (at, _, part) in enumerate(steady)]
    assert (await play(page, 48000, late, 1.4))["gaps"] == 1
    uneven = [(at + (12 if place % 3 == 1 else 0), "add", part) for place, (at, _, part) in enumerate(steady)]
    assert (await play(page, 48000, uneven, 1.4))["gaps"] == 0, "32 ms of jitter is what the buffer is for"


async def test_marks_are_reached_when_their_audio_was_played(page: Page) -> None:
    parts = frames(tone(500, 0.2))
    sent: list[Step] = [(0, "add", part) for part in parts]
    steps: list[Step] = [(0, "mark", "first"), *sent, (0, "mark", "second"), (150, "mark", "third")]
    found = await play(page, 48000, steps, 1)
    marks = dict(found["marks"])
    assert marks == {"first": 0, "second": pytest.approx(75, abs=2), "third": 150}
    short = await play(page, 48000, [(0, "add", parts[0])], 0.5)
    assert amplitude(short["sound"][2400:5280], 500, 48000) > 0.03, "one frame alone is played, not kept for more to come"


async def test_clear_silences_at_once_and_gives_the_marks_back(page: Page) -> None:
    sent: list[Step] = [(0, "add", part) for part in frames(tone(500, 1))]
    steps: list[Step] = [*sent, (0, "mark", "end"), (100, "clear", None)]
    found = await play(page, 48000, steps, 1)
    assert found["marks"] == [["end", 100]]
    assert found["gaps"] == found["kept"] == 0
    silent = 100 * 128 + 48000 * 15 // 1000
    assert np.abs(found["sound"][12000:12800]).max() > 0.2
    assert np.abs(found["sound"][silent:]).max() < 0.001
    assert np.abs(np.diff(found["sound"])).max() < 0.03, "a jump would be heard as a click"
    again = await play(page, 48000, [*steps, *((110, "add", part) for part in frames(tone(500, 0.3)))], 1)
    assert again["gaps"] == 0
    assert np.abs(again["sound"][18000:24000]).max() > 0.2
