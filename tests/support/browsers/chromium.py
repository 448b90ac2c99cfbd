"""The Chromium in which windows of tests and of measurements are open."""

import os
import shutil
from pathlib import Path

STARTER = Path(__file__).with_name("chromium.sh")


def executable() -> str:
    """Return the path of the browser, or of a script that starts it as a person would.

    Run by root, Chromium puts its threads for sound, pictures and drawing at a higher priority
    (nice -8). Where several windows encode pictures for each other on few cores, their pages then
    hardly run, which happens to nobody whose browser may not do that.
    """
    found = shutil.which("chromium") or "/usr/bin/chromium"
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return found
    return str(STARTER)
