"""What the tests know of the stand-in worker (parrot.py)."""

import json
from dataclasses import dataclass
from pathlib import Path

PARROT = Path(__file__).with_name("parrot.py")


@dataclass(frozen=True)
class Seen:
    """One request that reached a process."""

    engine: str
    voice: str
    text: str
    nice: int
    process: int


def requests(place: Path) -> list[Seen]:
    """Every request so far, in order."""
    file = place / "requests"
    return [Seen(*json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []
