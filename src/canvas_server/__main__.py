"""Entry point of the program: `canvas-server`, or `python -m canvas_server`."""

from canvas_server.server.hangups import HANGUPS


def start() -> None:
    """Run the command line."""
    HANGUPS.hold()
    from canvas_server.cli import main  # noqa: PLC0415 - loading it takes longer than a signal

    main(prog_name="canvas-server")


if __name__ == "__main__":
    start()
