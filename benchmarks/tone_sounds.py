"""Sounds that are not one caller's voice, made with numpy: noises, signals of the telephone, music. All RATE, float64, peak 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from speech.types import RATE

Sound = NDArray[np.float64]
Maker = Callable[[float, np.random.Generator], Sound]
"""Makes so many seconds of a sound at random."""

KEYS_HZ = {
    key: (low, high)
    for low, row in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"), strict=True)
    for high, key in zip((1209, 1336, 1477, 1633), row, strict=True)
}
"""The two tones of each key (ITU-T Q.23)."""
MAJOR, MINOR = (0, 4, 7), (0, 3, 7)


def peak(sound: Sound) -> Sound:
    """The sound with its peak at 1; silence as it is."""
    highest = float(np.abs(sound).max()) if len(sound) else 0.0
    return sound / highest if highest else sound


def _time(seconds: float) -> Sound:
    return np.arange(round(seconds * RATE)) / RATE


def _coloured(seconds: float, random: np.random.Generator, slope: float, low_hz: float = 20.0) -> Sound:
    """Noise whose power falls by ``slope`` powers of the frequency."""
    spectrum = np.fft.rfft(random.normal(size=round(seconds * RATE)))
    hz = np.maximum(np.fft.rfftfreq(round(seconds * RATE), 1 / RATE), low_hz)
    return peak(np.fft.irfft(spectrum * hz ** (-slope / 2), round(seconds * RATE)))


def white(seconds: float, random: np.random.Generator) -> Sound:
    """A hiss."""
    return _coloured(seconds, random, 0)


def pink(seconds: float, random: np.random.Generator) -> Sound:
    """Wind, rain."""
    return _coloured(seconds, random, 1)


def hum(seconds: float, random: np.random.Generator) -> Sound:
    """The mains: 50 or 60 Hz with harmonics, and a little hiss."""
    base, time = random.choice([50.0, 60.0]), _time(seconds)
    tones = sum(
        random.uniform(0.2, 1) / number * np.sin(2 * np.pi * base * number * time + random.uniform(0, 6)) for number in range(1, 12)
    )
    return peak(np.asarray(tones) + 0.02 * white(seconds, random))


def traffic(seconds: float, random: np.random.Generator) -> Sound:
    """Rumbling that swells as cars pass, with engines."""
    time, sound = _time(seconds), 0.3 * _coloured(seconds, random, 2)
    for _ in range(max(1, round(seconds))):
        at, width = random.uniform(0, seconds), random.uniform(0.4, 1.5)
        passing = np.exp(-(((time - at) / width) ** 2))
        engine = np.asarray(sum(np.sin(2 * np.pi * random.uniform(28, 60) * number * time) / number for number in range(1, 6)))
        sound = sound + passing * (0.8 * _coloured(seconds, random, 1.5) + 0.1 * engine)
    return peak(sound)


def keys(seconds: float, random: np.random.Generator) -> Sound:
    """Keys pressed one after another."""
    sound, at = np.zeros(round(seconds * RATE)), 0.0
    while at < seconds:
        low, high = KEYS_HZ[random.choice(list(KEYS_HZ))]
        time = _time(random.uniform(0.08, 0.3))
        _add(sound, np.sin(2 * np.pi * low * time) + np.sin(2 * np.pi * high * time), at)
        at += len(time) / RATE + random.uniform(0.05, 0.25)
    return peak(sound)


def ringback(seconds: float, random: np.random.Generator) -> Sound:
    """The tone while it rings at the other end: Europe's 425 Hz, or America's two tones."""
    time = _time(seconds)
    on, period = (1.0, 5.0) if random.random() < 0.5 else (2.0, 6.0)
    tone = np.sin(2 * np.pi * 425 * time) if on == 1 else np.sin(2 * np.pi * 440 * time) + np.sin(2 * np.pi * 480 * time)
    return peak(tone * ((time + random.uniform(0, on / 2)) % period < on))


def siren(seconds: float, random: np.random.Generator) -> Sound:
    """An ambulance: a tone that goes up and down."""
    time = _time(seconds)
    hz = 900 + 350 * np.sin(2 * np.pi * random.uniform(0.3, 3) * time)
    return peak(np.sin(2 * np.pi * np.cumsum(hz) / RATE) + 0.3 * np.sin(4 * np.pi * np.cumsum(hz) / RATE))


def _add(sound: Sound, piece: Sound, at_s: float) -> None:
    start = round(at_s * RATE)
    piece = piece[: max(0, len(sound) - start)]
    sound[start : start + len(piece)] += piece


def _note(
    midi: float, seconds: float, random: np.random.Generator, attack_s: float, decay_s: float, harmonics: int, vibrato: float = 0.0
) -> Sound:
    """A note of an instrument: harmonics that fall, an attack and a decay, and a vibrato (semitones)."""
    time = _time(seconds)
    hz = 440 * 2 ** ((midi - 69 + vibrato * np.sin(2 * np.pi * 5.5 * time + random.uniform(0, 6))) / 12)
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    tone = np.zeros(len(time))
    for number in range(1, harmonics + 1):
        tone += np.sin(number * phase) / number ** random.uniform(0.8, 1.6) * (hz * number < 3800)
    return tone * np.minimum(1, time / attack_s) * np.exp(-time / decay_s) * np.minimum(1, (seconds - time) / 0.02)


def organ(seconds: float, random: np.random.Generator) -> Sound:
    """Held chords, one after another."""
    sound, at, root = np.zeros(round(seconds * RATE)), 0.0, int(random.integers(48, 60))
    while at < seconds:
        long = random.uniform(0.5, 1.2)
        for step in MAJOR if random.random() < 0.6 else MINOR:
            _add(sound, _note(root + float(random.choice([0, 5, 7])) + step, long, random, 0.03, 9, 8), at)
        at += long
    return peak(sound)


def plucked(seconds: float, random: np.random.Generator) -> Sound:
    """Broken chords of a guitar or a harp."""
    sound, root, beat = np.zeros(round(seconds * RATE)), int(random.integers(45, 60)), random.uniform(0.12, 0.3)
    for number in range(round(seconds / beat) + 1):
        chord = (0, 5, 7, 0)[number // 8 % 4]
        _add(sound, _note(root + chord + (0, 7, 12, 16)[number % 4], 1.2, random, 0.005, 0.4, 10), number * beat)
    return peak(sound)


def melody(seconds: float, random: np.random.Generator) -> Sound:
    """One instrument that is bowed or blown, with vibrato: the nearest to a voice."""
    sound, at, pitch = np.zeros(round(seconds * RATE)), 0.0, random.uniform(57, 76)
    while at < seconds:
        long = random.choice([0.2, 0.3, 0.45, 0.6, 0.9])
        _add(sound, _note(pitch, long * 0.97, random, 0.05, 3, 12, random.uniform(0.1, 0.5)), at)
        pitch = float(np.clip(pitch + random.choice([-4, -2, -1, 1, 2, 3, 5]), 52, 84))
        at += long
    return peak(sound)


def drums(seconds: float, random: np.random.Generator) -> Sound:
    """Bass drum, snare, hi-hat."""
    sound, beat = np.zeros(round(seconds * RATE)), random.uniform(0.18, 0.3)
    for number in range(round(seconds / beat) + 1):
        time = _time(0.25)
        hat = random.normal(size=len(time)) * np.exp(-time / 0.02) * 0.2
        kick = np.sin(2 * np.pi * (50 * time + 3 * (1 - np.exp(-time / 0.03)))) * np.exp(-time / 0.1)
        snare = random.normal(size=len(time)) * np.exp(-time / 0.06) * 0.6
        _add(sound, hat + kick * (number % 4 == 0) + snare * (number % 4 == 2), number * beat)
    return peak(sound)


def band(seconds: float, random: np.random.Generator) -> Sound:
    """All together: what is played while a caller waits."""
    return peak(drums(seconds, random) + 0.8 * organ(seconds, random) + 0.9 * melody(seconds, random) + 0.6 * plucked(seconds, random))


NOISES: dict[str, Maker] = {
    "white noise": white,
    "pink noise": pink,
    "mains hum": hum,
    "traffic": traffic,
    "keys": keys,
    "ringback": ringback,
    "siren": siren,
}
MUSIC: dict[str, Maker] = {"organ chords": organ, "plucked": plucked, "melody": melody, "drums": drums, "band": band}
