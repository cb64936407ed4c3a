"""The worker's side of the pipe, with an engine of ours."""

import io
import json
import struct
from typing import Any

from speech.synthesis import worker


class Parrot:
    """Says the text's bytes."""

    def speak(self, voice: str, rate: float, text: str) -> tuple[int, bytes]:
        if voice == "gone":
            raise FileNotFoundError("no such voice")
        if text == "bad":
            raise RuntimeError("cannot say that")
        return int(8000 * rate), text.encode()


def talk(*requests: dict[str, Any], tail: bytes = b"") -> list[tuple[dict[str, Any], bytes]]:
    sent = b"".join(struct.pack("!I", len(data)) + data for data in (json.dumps(request).encode() for request in requests))
    answers = io.BytesIO()
    worker.serve(Parrot(), io.BytesIO(sent + tail), answers)
    answers.seek(0)
    heard = []
    while size := answers.read(8):
        header, sound = struct.unpack("!II", size)
        heard.append((json.loads(answers.read(header)), answers.read(sound)))
    return heard


def request(text: str, voice: str = "v", rate: float = 1.0) -> dict[str, Any]:
    return {"voice": voice, "rate": rate, "text": text}


def test_it_says_that_it_is_there_and_ends_with_its_input() -> None:
    assert talk() == [({}, b"")]


def test_requests_are_answered_in_order() -> None:
    assert talk(request("żółw"), request("b", rate=2.0))[1:] == [({"rate": 8000}, "żółw".encode()), ({"rate": 16000}, b"b")]


def test_an_error_is_an_answer_and_the_next_request_works() -> None:
    gone, bad, good = talk(request("a", "gone"), request("bad"), request("c"))[1:]
    assert gone[0] == {"error": "FileNotFoundError: no such voice", "missing": True}
    assert bad[0] == {"error": "RuntimeError: cannot say that", "missing": False}
    assert good == ({"rate": 8000}, b"c")


def test_half_a_size_ends_it() -> None:
    assert len(talk(request("a"), tail=b"\0\0")) == 2
