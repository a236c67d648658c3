"""The commands, and how each way of ending becomes an exit code.

==== ==================================================
0    done
1    refused or failed: one clear sentence on stderr
2    the command line itself is wrong
130  interrupted (Ctrl-C)
==== ==================================================
"""

import io
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass

from cyclopts import App, CycloptsError

import diaphane
from diaphane.errors import Cancelled, DiaphaneError

DEBUG = "--debug"
DONE, REFUSED, USAGE, INTERRUPTED = 0, 1, 2, 130


@dataclass(frozen=True)
class _Command:
    name: str
    """How it is called; its function stands in ``command_<name>.py``."""
    help: str
    """What it does, in one line."""
    examples: str
    """Lines that teach by example, shown below its help."""


_COMMANDS = (
    _Command(
        "demo",
        "Run the main job: from X-ray signals to a page of pictures.",
        """\
  diaphane demo                          then open demo/index.html
  diaphane demo -o somewhere --size small""",
    ),
    _Command(
        "run",
        "Run a chain on your data and record every stage.",
        """\
  diaphane run ct-cone-bones head.h5 -o result
  diaphane run my-chain.toml scan=head.h5 -o result --set bone.low=200
  diaphane run --from result -o again --set bone.low=250""",
    ),
    _Command(
        "chains",
        "List the chains that come with Diaphane, or print one.",
        """\
  diaphane chains
  diaphane chains ct-cone-bones > my-chain.toml""",
    ),
    _Command(
        "steps",
        "List the steps a chain can take, or tell all about one.",
        """\
  diaphane steps
  diaphane steps ct.fdk --language fr
  diaphane steps --json                  for a program""",
    ),
    _Command(
        "inspect",
        "Tell what is in a file or folder, or how a run was made.",
        """\
  diaphane inspect dicom-folder
  diaphane inspect result                how a run was made, in words""",
    ),
    _Command(
        "convert",
        "Turn a file or folder into another format.",
        """\
  diaphane convert dicom-folder head.nii.gz
  diaphane convert result/06-isosurface.h5 bones.stl
  diaphane convert head.nii.gz dicom-folder""",
    ),
)


def call(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str
        The words after ``diaphane``; ``--debug`` anywhere among them shows where an error arose.
    """
    _speak_any_alphabet()
    tokens = [a for a in arguments if a != DEBUG]
    is_debug = len(tokens) < len(arguments)
    try:
        _app()(tokens, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as error:
        return _say(f"{error}\nTry: diaphane {_command_of(tokens)}--help", USAGE)
    except (KeyboardInterrupt, Cancelled):
        return _say("stopped; nothing half-written was left behind", INTERRUPTED)
    except BrokenPipeError:  # whoever read our output has gone: nothing is left to be said
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except Exception as error:
        if is_debug:
            traceback.print_exc()
        return _say(_sentence(error), REFUSED)
    return DONE


def _app() -> App:
    app = App(
        name="diaphane",
        help="From the raw signals of imaging devices to clear pictures, in 2-D and 3-D.\n\n"
        "Research and teaching software, not a medical device.",
        help_epilogue="Begin with:\n\n  diaphane demo\n\n"
        "Each command explains itself: diaphane run --help. "
        "With --debug, an error shows where it arose.",
        version=_version,
        help_format="plaintext",
        suppress_keyboard_interrupt=False,
    )
    for place, command in enumerate(_COMMANDS):
        app.command(
            f"diaphane.cli.command_{command.name}:{command.name}",
            name=command.name,
            help=command.help,
            help_epilogue=f"Examples:\n\n{command.examples}",
            sort_key=place,
        )
    return app


def _speak_any_alphabet() -> None:
    """Write ? for a letter that stdout cannot hold (a Windows code page, a log in ASCII)."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="replace")


def _version() -> str:
    return diaphane.__version__


def _sentence(error: Exception) -> str:
    if isinstance(error, DiaphaneError):
        return " ".join(str(error).split())
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the system'}: {error.strerror}"
    if isinstance(error, MemoryError):
        return "there is not enough memory for this"
    kind = type(error).__name__
    return f"an unexpected {kind} ({error}): a fault in the program; {DEBUG} shows where"


def _say(sentence: str, code: int) -> int:
    print(f"diaphane: {sentence}", file=sys.stderr)  # noqa: T201
    return code


def _command_of(tokens: Sequence[str]) -> str:
    names = {command.name for command in _COMMANDS}
    return f"{tokens[0]} " if tokens and tokens[0] in names else ""
