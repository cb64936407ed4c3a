"""A stand-in for worker.py in the tests: speaks its wire format, says one sample for each letter and does what the text orders.

``stuck`` never answers, ``die`` ends the process, ``bad`` is an error, ``gone`` as a voice is missing, ``noise`` is no answer. Each request
is a line in FOLDER/../requests; what FOLDER/../orders says when it starts: ``mute`` never gets ready, ``exit`` ends at once.
"""

import json
import os
import struct
import sys
import time
from pathlib import Path


def main() -> None:
    engine, folder, nice = sys.argv[1:4]
    place = Path(folder).parent
    place.mkdir(parents=True, exist_ok=True)
    orders = (place / "orders").read_text() if (place / "orders").exists() else ""
    if f"exit {engine}" in orders:
        sys.exit("ordered to exit")
    if f"mute {engine}" in orders:
        time.sleep(60)

    def answer(header: dict[str, object], sound: bytes = b"") -> None:
        data = json.dumps(header).encode()
        sys.stdout.buffer.write(struct.pack("!II", len(data), len(sound)) + data + sound)
        sys.stdout.buffer.flush()

    answer({})
    while size := sys.stdin.buffer.read(4):
        request = json.loads(sys.stdin.buffer.read(struct.unpack("!I", size)[0]))
        with (place / "requests").open("a") as seen:
            seen.write(json.dumps([engine, request["voice"], request["text"], int(nice), os.getpid()]) + "\n")
        text, voice = request["text"], request["voice"]
        if "stuck" in text:
            time.sleep(60)
        elif "die" in text:
            os._exit(3)
        elif "noise" in text:
            sys.stdout.buffer.write(b"\xff" * 64)
            sys.stdout.buffer.flush()
        elif "bad" in text or f"bad {engine}" in orders:
            answer({"error": "cannot", "missing": False})
        elif voice == "gone":
            answer({"error": "no such voice", "missing": True})
        else:
            # A tone, so that levelling finds a sound in it.
            answer({"rate": 8000}, struct.pack("<4h", 0, 9000, 0, -9000) * 100 * len(text))


main()
