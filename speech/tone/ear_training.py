"""Training the ear: clips of one speaker each, made into what it must tell apart, heard over random telephone lines.

python -m speech.tone.ear_training manifest.csv [--out speech/tone/weights/ear.npz] [--epochs 60]

The manifest is that of speech.tone.train. Two voices are two speakers at levels at most 6 dB apart; slow and fast are half and double the
speed; one voice is everything else: whatever the emotion, up to a third slower or faster, in a room, through a codec of mobile
telephones. About 20 minutes on one processor for Emo-DB; the same seed gives the same weights on the same machine.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.audio import AudioError, dbfs, read_audio, resample
from speech.tone.augment import some_line
from speech.tone.ear import ACROSS, BINS, WEIGHTS, WINDOW, picture
from speech.tone.spectrum import power
from speech.tone.train import ManifestError, read_manifest
from speech.types import RATE, Samples

SEED = 7
EPOCHS, EXAMPLES, BATCH = 60, 2400, 32
KINDS = ("one", "two", "slow", "one", "two", "fast")
"""The kinds of example, in turn."""
OUTPUTS = ("two", "slow", "fast")
"""In the order of ear.Heard."""
CHANNELS, HIDDEN = (8, 12, 16, 16), 24
PEAK_RATE = 4e-3
FRAMES_WEIGHT = 0.3
"""Weight of being right in each loud frame, against being right on the whole."""
Voice = NDArray[np.floating[Any]]
"""A voice at -23 dBFS, on its way to being an example."""


class Speakers:
    """The clips by speaker, and examples made of them."""

    def __init__(self, clips: Sequence[tuple[str, Samples]], seed: int = SEED) -> None:
        """``clips``: who speaks, and what they say (RATE). Raises ManifestError where fewer than two speak."""
        self._by: dict[str, list[Samples]] = {}
        for speaker, samples in clips:
            if len(samples) >= RATE // 2 and np.isfinite(dbfs(samples)):
                self._by.setdefault(speaker, []).append(samples)
        self._names = sorted(self._by)
        if len(self._names) < 2:
            raise ManifestError("Two voices cannot be made of one speaker.")
        self._random = np.random.default_rng(seed)

    def example(self, kind: str) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """What the ear looks at in WINDOW frames of a new example, and which frames count; shorter ones are filled up with silence."""
        look, loud = picture(power(self._heard(kind)))
        start = int(self._random.integers(0, max(1, len(look) - WINDOW + 1)))
        look, loud = look[start : start + WINDOW], loud[start : start + WINDOW]
        missing = WINDOW - len(look)
        return np.pad(look, ((0, missing), (0, 0)), constant_values=look.min()), np.pad(loud, (0, missing))

    def _heard(self, kind: str) -> Samples:
        random, line = self._random, some_line(self._random)
        name = str(random.choice(self._names))
        voice = self._voice(name)
        if kind == "two":
            other = self._voice(str(random.choice([each for each in self._names if each != name]))) * 10 ** (random.uniform(-6, 6) / 20)
            length = min(len(voice), len(other))
            voice = voice[:length] + other[:length]
        elif kind == "fast" or random.random() < 0.2:
            voice = np.concatenate([voice, np.zeros(int(random.integers(400, 2400))), self._voice(name)])
        if random.random() < 0.25:
            voice = self._in_a_room(voice)
        speed = {"slow": 0.5, "fast": 2.0}.get(kind, random.uniform(0.75, 1.33) if random.random() < 0.2 else 1.0)
        if speed != 1 and random.random() < 0.5:
            return _at_speed(self._mobile(line.heard(_int16(voice), random)), speed)
        return self._mobile(line.heard(_at_speed(_int16(voice), speed), random))

    def _voice(self, name: str) -> Voice:
        clips = self._by[name]
        samples = clips[int(self._random.integers(len(clips)))]
        return samples.astype(np.float64) * 10 ** ((-23 - dbfs(samples)) / 20)

    def _in_a_room(self, voice: Voice) -> Voice:
        """With the echoes of a room: noise that dies away, 2 to 15 dB under the voice."""
        random = self._random
        length = int(RATE * random.uniform(0.08, 0.5))
        echoes = random.normal(size=length) * np.exp(-6.9 * np.arange(length) / length)
        echoes[: int(random.integers(20, 160))] = 0
        size = len(voice) + length
        wet = np.fft.irfft(np.fft.rfft(voice, size) * np.fft.rfft(echoes, size), size)[: len(voice)]
        scale = np.sqrt(np.mean(np.square(voice)) / max(float(np.mean(np.square(wet))), 1e-9)) * 10 ** (random.uniform(-15, -2) / 20)
        return np.asarray(voice + wet * scale)

    def _mobile(self, samples: Samples) -> Samples:
        """One in ten through the codec of mobile telephones."""
        return _amr(samples, int(self._random.choice([4750, 5900, 7950, 12200]))) if self._random.random() < 0.1 else samples


def _int16(voice: Voice) -> Samples:
    return voice.clip(-32768, 32767).astype(np.int16)


def _at_speed(samples: Samples, speed: float) -> Samples:
    return resample(samples, round(RATE * speed), RATE)


def _amr(samples: Samples, bits: int) -> Samples:
    """Through AMR narrow band at so many bits a second."""
    import av

    coder: Any = av.CodecContext.create("libopencore_amrnb", "w")
    coder.sample_rate, coder.layout, coder.format, coder.bit_rate = RATE, "mono", "s16", bits
    decoder: Any = av.CodecContext.create("amrnb", "r")
    decoder.sample_rate, decoder.layout = RATE, "mono"
    heard = []
    for start in range(0, len(samples) - 159, 160):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 160], format="s16", layout="mono")
        frame.sample_rate = RATE
        heard += [out.to_ndarray()[0] for packet in coder.encode(frame) for out in decoder.decode(packet)]
    sound = np.concatenate(heard) if heard else np.zeros(0, np.float32)
    return sound.astype(np.int16) if sound.dtype == np.int16 else _int16(sound * 32768.0)


def network() -> Any:
    """The network as torch trains it: pictures (batch, 1, WINDOW, BINS) to log odds (batch, 3, WINDOW)."""
    from torch import nn

    def over_both(inputs: int, outputs: int, across: int) -> Any:
        convolution = nn.Conv2d(inputs, outputs, (3, across), (1, 2), (1, across // 2), bias=False)
        return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())

    inputs = (1, *CHANNELS[:-1])
    both = [over_both(one, other, 5 if one == 1 else 3) for one, other in zip(inputs, CHANNELS, strict=True)]
    across = CHANNELS[-1] * BINS // 2 ** len(CHANNELS)
    return nn.ModuleDict(
        {
            "both": nn.Sequential(*both),
            "time": nn.Sequential(nn.Dropout(0.2), nn.Conv1d(across, HIDDEN, 3, padding=1), nn.ReLU(), nn.Conv1d(HIDDEN, len(OUTPUTS), 1)),
        }
    )


def odds(model: Any, pictures: Any) -> Any:
    """The log odds (batch, 3, frames) of pictures (batch, frames, BINS)."""
    found = model["both"](pictures[:, None])
    return model["time"](found.permute(0, 3, 1, 2).flatten(1, 2))


def train(speakers: Speakers, epochs: int = EPOCHS, examples: int = EXAMPLES) -> dict[str, NDArray[np.float16]]:
    """The weights, as ear.WEIGHTS holds them. Prints how it goes to stderr."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits as loss_of

    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), PEAK_RATE, weight_decay=1e-3)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, total_steps=epochs * -(-examples // BATCH))
    kinds = [KINDS[number % len(KINDS)] for number in range(examples)]
    truth = torch.tensor([[float(kind == output) for output in OUTPUTS] for kind in kinds])
    began = time.monotonic()
    for epoch in range(epochs):
        made = [speakers.example(kind) for kind in kinds]
        looks, louds = (torch.from_numpy(np.stack(part)) for part in zip(*made, strict=True))
        total = 0.0
        for chosen in torch.split(torch.randperm(examples), BATCH):
            found, loud = odds(model, looks[chosen]), louds[chosen][:, None].float()
            whole = (found * loud).sum(2) / loud.sum(2).clamp_min(1)
            each = loss_of(found, truth[chosen][:, :, None].expand_as(found), reduction="none")
            loss = loss_of(whole, truth[chosen]) + FRAMES_WEIGHT * (each * loud).sum() / loud.sum() / len(OUTPUTS)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            rates.step()
            total += float(loss.detach()) * len(chosen) / examples
        print(f"epoch {epoch + 1} of {epochs}: loss {total:.3f}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return weights(model)


def weights(model: Any) -> dict[str, NDArray[np.float16]]:
    """The weights of the network in the order of ear.py: (in, time, frequency, out), normalisation folded in."""
    found: list[tuple[Any, Any]] = []
    for convolution, normal, _ in model["both"]:
        scale = normal.weight / (normal.running_var + normal.eps).sqrt()
        found.append(((convolution.weight * scale[:, None, None, None]).permute(1, 2, 3, 0), normal.bias - normal.running_mean * scale))
    assert len(found) == ACROSS
    _, first, _, last = model["time"]
    found += [(layer.weight.permute(1, 2, 0)[:, :, None], layer.bias) for layer in (first, last)]
    names = ("weight", "bias")
    return {
        f"{name}{number}": part.detach().numpy().astype(np.float16)
        for number, pair in enumerate(found)
        for name, part in zip(names, pair, strict=True)
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and write the weights; the exit status."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("manifest", type=Path)
    options.add_argument("--out", type=Path, default=WEIGHTS)
    options.add_argument("--epochs", type=int, default=EPOCHS)
    options.add_argument("--examples", type=int, default=EXAMPLES, help="in an epoch")
    chosen = options.parse_args(arguments)
    try:
        speakers = Speakers([(clip.speaker, read_audio(clip.path, RATE)) for clip in read_manifest(chosen.manifest)])
    except (ManifestError, AudioError) as error:
        print(error, file=sys.stderr)
        return 1
    np.savez_compressed(chosen.out, **train(speakers, chosen.epochs, chosen.examples))  # type: ignore[arg-type]
    return 0


if __name__ == "__main__":
    sys.exit(main())
