"""Recordings: nothing before the caller agreed, both sides where they were heard, gone when erased."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from bot.calls.recording import Recording, erase
from speech.types import FRAME, RATE, Samples

CALL = "CA1"


def tone(hz: float, samples: int) -> Samples:
    return (8000 * np.sin(2 * np.pi * hz * np.arange(samples) / RATE)).astype(np.int16)


def recorded(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        assert container.streams.audio[0].codec_context.name == "opus"
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    found = np.concatenate(frames, axis=1)
    return found.reshape(-1, 2).T if found.shape[0] == 1 else found


def level(sound: np.ndarray, hz: float) -> float:
    """How much of a tone there is in a piece at 48 kHz (mean amplitude)."""
    spectrum = np.abs(np.fft.rfft(sound)) * 2 / len(sound)
    at = round(hz * len(sound) / 48000)
    return float(spectrum[at - 3 : at + 4].max())


def test_nothing_is_kept_before_the_caller_agrees(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "recordings", CALL, lambda: False)
    for index in range(200):
        recording.caller(tone(400, FRAME), index * 0.02)
    recording.close()
    assert recording.name == ""
    assert not (tmp_path / "recordings").exists()


def test_both_sides_are_in_their_ear_at_their_time(tmp_path: Path) -> None:
    allowed = [False]
    recording = Recording(tmp_path, CALL, lambda: allowed[0])
    for index in range(400):  # 8 s; the caller agrees after two
        now = index * 0.02
        allowed[0] = index >= 100
        if index in range(200, 250):  # the bot speaks from second 4 to 5, sent 200 ms ahead
            recording.bot(tone(1000, FRAME), now + 0.2)
        recording.caller(tone(400, FRAME) if index >= 300 else np.zeros(FRAME, np.int16), now)
    recording.close()
    sound = recorded(tmp_path / recording.name).astype(np.float64)
    assert abs(sound.shape[1] / 48000 - 6) < 0.1
    left, right = sound
    second = 48000
    assert level(right[int(2.4 * second) : int(3.0 * second)], 1000) > 10 * level(left[int(2.4 * second) : int(3.0 * second)], 1000)
    assert np.abs(right[: int(2.0 * second)]).mean() < np.abs(right[int(2.4 * second) : int(3.0 * second)]).mean() / 20
    assert level(left[int(4.5 * second) :], 400) > 10 * level(right[int(4.5 * second) :], 400)
    assert (tmp_path / recording.name).stat().st_size < 60_000
    assert CALL not in recording.name


def test_a_call_that_comes_back_is_another_file_and_all_are_erased(tmp_path: Path) -> None:
    for _ in range(2):
        recording = Recording(tmp_path, CALL, lambda: True)
        for index in range(100):
            recording.caller(tone(400, FRAME), index * 0.02)
        recording.close()
    other = Recording(tmp_path, "CA2", lambda: True)
    other.caller(tone(400, FRAME), 0.0)
    other.close()
    assert len(list(tmp_path.glob("*.ogg"))) == 3
    assert erase(tmp_path, CALL) == 2
    assert erase(tmp_path, CALL) == 0
    assert [path.name for path in tmp_path.glob("*.ogg")] == [other.name]


def test_a_disk_that_fails_ends_the_recording_and_not_the_call(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("a file where the folder should be")
    recording = Recording(tmp_path / "recordings", CALL, lambda: True)
    for index in range(200):
        recording.caller(tone(400, FRAME), index * 0.02)
    recording.close()
    assert recording.name == ""
