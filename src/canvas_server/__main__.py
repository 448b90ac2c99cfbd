"""``python -m canvas_server``."""

from canvas_server.cli import main

main(prog_name="canvas-server")
