"""The command line: thin doors to what the package does.

Nothing heavy is imported before a command runs, so that help comes at once; not even the commands
are, before Ctrl-C is cared for.
"""

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

__all__ = ["call", "main"]

_INTERRUPTED = 130
_STOPPED = "diaphane: stopped; nothing was written\n"


def main() -> None:
    """Run the command line and end the program with its exit code."""
    is_interruptible = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_interruptible:  # not in the background of a shell, where Ctrl-C is for others
        signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _end)
    try:
        from diaphane.cli.app import call

        if is_interruptible:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = call(sys.argv[1:])
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said; only the interpreter ends
    except KeyboardInterrupt:
        sys.stderr.write(_STOPPED)
        code = _INTERRUPTED
    sys.exit(code)


def call(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str
        The words after ``diaphane``; ``--debug`` anywhere among them shows where an error arose.
    """
    from diaphane.cli import app

    return app.call(arguments)


def _leave(number: int, frame: FrameType | None) -> None:
    """Leave at once on Ctrl-C while modules load: there is nothing yet to tidy up."""
    os.write(2, _STOPPED.encode())
    os._exit(_INTERRUPTED)


def _end(number: int, frame: FrameType | None) -> None:
    """Leave on SIGTERM the way Ctrl-C leaves: tidying up."""
    sys.exit(128 + number)
