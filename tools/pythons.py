"""Run pure tests and a real server under every Python of this machine, each in an environment.

It also lets each print the configuration of a TURN server, which has to be the same text under all
of them, and holds a real coturn with it to what it must not relay, where there is one.
usage: tools/pythons.py [VERSION...], such as 3.13; else all from 3.11 on
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAST = (3, 11)
TURN = "tests/integration/test_turn.py"
SERVER = ("tests/integration/test_other_systems.py", "tests/integration/test_bad_input.py")
_ASK = "import sys; print(sys.version_info[0], sys.version_info[1], sys.implementation.name)"


def found_pythons() -> dict[tuple[int, int], Path]:
    """Return one interpreter for each version: of the path, and of pyenv where it is."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    folders += sorted(pyenv.glob("versions/*/bin"), reverse=True)
    found: dict[tuple[int, int], Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("python3*")):
            if re.fullmatch(r"python3(\.\d+)?", path.name):
                version = version_of(path)
                if version is not None and version >= LEAST:
                    found.setdefault(version, path)
    return dict(sorted(found.items()))


def version_of(path: Path) -> tuple[int, int] | None:
    """Return the version of an interpreter; None: it is not CPython, or cannot be run."""
    try:
        answer = subprocess.run(
            [path, "-c", _ASK], capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor, name = answer.stdout.split()
    return (int(major), int(minor)) if name == "cpython" else None


def tried(python: Path, folder: Path) -> str:
    """Make an environment, run the tests in it, return the configuration that it prints.

    Raises:
        subprocess.CalledProcessError: something failed.
    """

    def run(*command: str | Path) -> None:
        subprocess.run(command, cwd=ROOT, check=True)

    run(python, "-m", "venv", folder)
    own = folder / "bin" / "python"
    pip = (own, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    run(*pip, "-r", "requirements/dev.txt")
    run(*pip, "--no-deps", "-e", ".")
    more = [TURN] if shutil.which("turnserver") else []
    run(own, "-m", "pytest", "-q", "-n", "2", "tests/unit", *SERVER, *more)
    printed = subprocess.run(
        [own, "-m", "canvas_server", "turn-config"],
        env={**os.environ, "CANVAS_TURN_SECRET": "the same for all of them"},
        capture_output=True,
        text=True,
        check=True,
    )
    return printed.stdout


def main(wanted: list[str]) -> int:
    """Try them one after the other; return the exit code."""
    texts: dict[str, str] = {}
    failed: list[str] = []
    for version, python in found_pythons().items():
        name = ".".join(map(str, version))
        if wanted and name not in wanted:
            continue
        print(f"== Python {name} ({python})", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            try:
                texts[name] = tried(python, Path(folder) / "venv")
            except subprocess.CalledProcessError as error:
                print(f"failed: {error}", flush=True)
                failed.append(name)
    missing = [name for name in wanted if name not in (*texts, *failed)]
    if missing:
        print(f"not on this machine: {', '.join(missing)}")
    if len(set(texts.values())) > 1:
        print(f"turn-config prints other texts under {', '.join(texts)}")
        return 1
    print(f"good under: {', '.join(texts) or 'none'}; failed under: {', '.join(failed) or 'none'}")
    return int(bool(failed or missing or not texts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
