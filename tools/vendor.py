"""Brings the browser libraries of `web/vendor/` from the npm registry, pinned.

python tools/vendor.py           fetches every library anew (after changing a version below)
python tools/vendor.py --check   compares what is there with the sums below; asks nobody
"""

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "web" / "vendor"


@dataclass(frozen=True)
class File:
    """A file of a package, kept under its bare name, and the SHA-256 of its content."""

    path: str
    sha256: str

    @property
    def name(self) -> str:
        """Its name in the folder of the library."""
        return Path(self.path).name


@dataclass(frozen=True)
class Library:
    """A package of the registry, and which of its files are wanted."""

    package: str
    version: str
    folder: str
    files: tuple[File, ...]


LIBRARIES = (
    Library(
        package="chart.js",
        version="4.6.1",
        folder="chart.js",
        files=(
            File(
                "dist/chart.umd.min.js",
                "87364cc2b2a76a6684929e7d6b80b18a897794db38400caff1fcf1791c6925d2",
            ),
            File("LICENSE.md", "41a84aa2caba645f966a18d9c2056b73e6d3a81d80bc0046bc0011a2634d4cce"),
        ),
    ),
    Library(
        package="@google/model-viewer",
        version="4.4.0",
        folder="model-viewer",
        files=(
            File(
                "dist/model-viewer.min.js",
                "18b2e711035aa4705ee281530a55dc2338ff05eed3d70ae16d54105282a75ed5",
            ),
            File("LICENSE", "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"),
        ),
    ),
    Library(
        package="papaparse",
        version="5.7.1",
        folder="papaparse",
        files=(
            File(
                "papaparse.min.js",
                "e032656b2c709e9a756d5be817da9885d58b2313c43d432c414eb8534a752685",
            ),
            File("LICENSE", "99aa68e4b42758b09828a46515f70369e5463458ab7a990189f641af2b8d9b4e"),
        ),
    ),
)


def fetch(library: Library) -> None:
    """Download a package with npm, as it is configured here, and keep the files wanted."""
    target = VENDOR / library.folder
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{library.package}@{library.version}"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as package:
            for file in library.files:
                content = package.extractfile(f"package/{file.path}")
                if content is None:
                    sys.exit(f"{library.package} {library.version} has no {file.path}")
                (target / file.name).write_bytes(content.read())


def complaints(library: Library) -> list[str]:
    """Say which files of a library are missing, changed or not its own."""
    target = VENDOR / library.folder
    found: list[str] = []
    for file in library.files:
        here = target / file.name
        got = hashlib.sha256(here.read_bytes()).hexdigest() if here.is_file() else "missing"
        if got != file.sha256:
            found.append(f"web/vendor/{library.folder}/{file.name}: {got}, not {file.sha256}")
    names = {file.name for file in library.files}
    present = {file.name for file in target.iterdir()} if target.is_dir() else set[str]()
    found += [f"web/vendor/{library.folder}/{name}: unknown" for name in sorted(present - names)]
    return found


def main() -> None:
    """Fetch unless only asked to check, then check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        for library in LIBRARIES:
            fetch(library)
    found = [line for library in LIBRARIES for line in complaints(library)]
    known = {library.folder for library in LIBRARIES}
    found += [f"web/vendor/{p.name}: unknown" for p in VENDOR.iterdir() if p.name not in known]
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
