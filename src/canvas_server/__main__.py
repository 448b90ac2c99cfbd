"""Entry point of the program: `canvas-server`, or `python -m canvas_server`."""

import os
import sys

from canvas_server.server.hangups import HANGUPS


def open_standard_streams() -> None:
    """Open the standard streams that a supervisor has closed.

    Else sockets and pipes take their numbers: of those the loop of libuv ends the process, and a
    process that draws a picture gets the wrong ones.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
            os.set_inheritable(number, True)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def start() -> None:
    """Run the command line."""
    open_standard_streams()
    HANGUPS.hold()
    from canvas_server.cli import main  # noqa: PLC0415 - loading it takes longer than a signal

    main(prog_name="canvas-server")


if __name__ == "__main__":
    start()
