"""The folder of the browser client."""

from importlib.resources import files
from pathlib import Path


def web_folder() -> Path:
    """Return the folder of the browser client: in the package, or beside `src` in a checkout."""
    packaged = Path(str(files("canvas_server"))) / "web"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3] / "web"
