"""Starts Rasa's command line so that it never outlives the process that asked for it. Runs in Rasa's environment.

``python -m nlu.rasa_launch PARENT_PID run …`` is ``rasa run …`` that dies with its parent, even when that one is killed
with ``-9``: a ``preexec_fn`` in the service would do the same but may deadlock in a process that has threads.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

from nlu.rasa_lean import is_lean, leave_out_unused

_PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Have the kernel kill us when ``parent`` dies; where the kernel cannot (macOS), look once a second."""
    try:
        armed = ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) == 0
    except (AttributeError, OSError):
        armed = False
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), signal.SIGKILL)
    if not armed:
        threading.Thread(target=_look_after, args=(parent,), daemon=True).start()


def _look_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Take the parent's process id off the arguments and become Rasa.

    ``VOXTRAIL_RASA_FULL=1`` loads all of Rasa whatever the model needs.
    """
    die_with(int(sys.argv.pop(1)))
    model = sys.argv[sys.argv.index("--model") + 1] if "--model" in sys.argv else ""
    if model and os.environ.get("VOXTRAIL_RASA_FULL") != "1" and is_lean(model):
        leave_out_unused()
    from rasa.__main__ import main as rasa

    sys.argv[0] = "rasa"
    rasa()


if __name__ == "__main__":
    main()
