"""What the package asks of a Python, of a system and of its libraries."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "pyproject.toml").read_text()
PROJECT = tomllib.loads(TEXT)["project"]


@pytest.mark.report(
    "running",
    "The package refuses a newer Python, or a newer release of a library, without a reason",
    "every requirement of pyproject.toml",
    "no bound above for Python; one for a library only with its reason beside it",
)
def test_a_bound_above_has_its_reason_beside_it() -> None:
    assert "<" not in PROJECT["requires-python"]
    extras = [one for extra in PROJECT["optional-dependencies"].values() for one in extra]
    bounded = [one for one in (*PROJECT["dependencies"], *extras) if "<" in one.split(";")[0]]
    for requirement in bounded:
        (line,) = [line for line in TEXT.splitlines() if f'"{requirement}"' in line]
        assert re.search(r"#.*docs/adr/\d{4}", line), line


def test_what_is_pinned_is_what_is_asked_for() -> None:
    pins = dict(
        re.findall(r"^([\w.-]+)==([\d.]+)", (ROOT / "requirements/run.txt").read_text(), re.M)
    )
    for requirement in PROJECT["dependencies"]:
        name = re.match(r"[\w.-]+", requirement)
        assert name is not None
        assert name[0] in pins


def test_uvloop_is_asked_for_where_it_exists() -> None:
    marker = "sys_platform != 'win32' and implementation_name == 'cpython'"
    (asked,) = [one for one in PROJECT["dependencies"] if one.startswith("uvloop")]
    assert asked.endswith(marker)
    pinned = (ROOT / "requirements/run.txt").read_text()
    assert re.search(rf"^uvloop==[\d.]+; {marker.replace(chr(39), chr(34))}$", pinned, re.M)


def test_one_module_asks_which_system_this_is() -> None:
    """What only some systems have is used nowhere else; `make platforms` checks the types."""
    only = re.compile(
        r"\b(import (fcntl|resource|msvcrt|pwd|grp|termios)\b|os\.(fork|nice|chown|geteuid|getuid|"
        r"pread|pwrite|O_CLOEXEC|O_NOFOLLOW)|signal\.(SIGHUP|SIGUSR|SIGKILL|setitimer)|"
        r"preexec_fn|AF_UNIX\b(?! )|sys\.platform|uvloop\.)"
    )
    sources = ROOT / "src/canvas_server"
    found = {
        path.relative_to(sources).as_posix()
        for path in sources.rglob("*.py")
        if only.search(path.read_text())
    }
    assert found == {"system.py"}


@pytest.mark.parametrize(
    "path",
    [
        ROOT / "package-lock.json",
        ROOT / "bench/yardsticks/package-lock.json",
        *sorted((ROOT / "requirements").glob("*.txt")),
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_what_is_pinned_names_no_registry(path: Path) -> None:
    pinned = path.read_text("utf-8")
    assert "==" in pinned or '"integrity"' in pinned
    assert not re.search(r'"resolved"|://|^\s*--', pinned, re.MULTILINE)
