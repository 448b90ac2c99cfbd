"""Brings what others made, the browser libraries and the font, from the npm registry, pinned.

python tools/vendor.py           fetches every library anew (after changing a version below)
python tools/vendor.py --check   compares what is there with the sums below; asks nobody
"""

import argparse
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "web" / "vendor"


@dataclass(frozen=True)
class File:
    """A file of a package, kept under its bare name, and the SHA-256 of its content."""

    path: str
    sha256: str

    @property
    def name(self) -> str:
        """Its name in the folder that the library has here."""
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
        folder="web/vendor/chart.js",
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
        folder="web/vendor/model-viewer",
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
        folder="web/vendor/papaparse",
        files=(
            File(
                "papaparse.min.js",
                "e032656b2c709e9a756d5be817da9885d58b2313c43d432c414eb8534a752685",
            ),
            File("LICENSE", "99aa68e4b42758b09828a46515f70369e5463458ab7a990189f641af2b8d9b4e"),
        ),
    ),
    Library(
        package="uplot",
        version="1.6.32",
        folder="web/vendor/uplot",
        files=(
            File(
                "dist/uPlot.iife.min.js",
                "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
            ),
            File(
                "dist/uPlot.min.css",
                "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
            ),
            File("LICENSE", "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd"),
        ),
    ),
    Library(
        package="node-diff3",
        version="3.2.1",
        folder="web/vendor/node-diff3",
        files=(
            File(
                "dist/diff3.mjs", "148e90c6e5f6e4992d3392f17ba7f6385ab229704b44abd6b51c7aca44fed719"
            ),
            File(
                "dist/diff3.d.mts",
                "8bc797297467af26a853eb9962b050a22fbb510fc69ab499d310dab259f9e4d0",
            ),
            File("LICENSE.md", "91b143397ff4e7ae81fcedec96140607189c620bda4fbb85882534922fab0965"),
        ),
    ),
    Library(
        package="@expo-google-fonts/inter",
        version="0.4.2",
        folder="web/vendor/inter",
        files=(
            File(
                "400Regular/Inter_400Regular.woff2",
                "eefaee7c4ebf2f45847c081ceafb99fadc5f984a6e60ede98026e901896cabe4",
            ),
            File(
                "LICENSE_FONT", "5b9321a4298cfeb6b34354164a1c3afc3db114569984c502b9b35d988fd58c57"
            ),
        ),
    ),
    Library(
        package="@expo-google-fonts/inter",
        version="0.4.2",
        folder="src/canvas_server/export/font",
        files=(
            File(
                "400Regular/Inter_400Regular.ttf",
                "a414b48aa577ef2c62ebb135341ddeef33ee26a4f5dc9f787f93c1aab08ebb50",
            ),
            File(
                "600SemiBold/Inter_600SemiBold.ttf",
                "f30e9d2574c3bec5144347ff965f9841c8f06857f0b7383000f8c9489a161841",
            ),
            File(
                "LICENSE_FONT", "5b9321a4298cfeb6b34354164a1c3afc3db114569984c502b9b35d988fd58c57"
            ),
        ),
    ),
    Library(
        package="@expo-google-fonts/patrick-hand",
        version="0.4.1",
        folder="web/vendor/hand",
        files=(
            File(
                "400Regular/PatrickHand_400Regular.woff2",
                "c99c6b229027fd50f5276d3976155e49ce852c0d0546c7b57c7bb38588162c6b",
            ),
            File(
                "LICENSE_FONT", "377f4f9c19e935228552478eb68cc2ed82910988a60ba60e2ac73b09f32d02d1"
            ),
        ),
    ),
    Library(
        package="@expo-google-fonts/patrick-hand",
        version="0.4.1",
        folder="src/canvas_server/export/font_hand",
        files=(
            File(
                "400Regular/PatrickHand_400Regular.ttf",
                "496937dafcb18bf2c2f624ed02c8f7f4d47bd1e4e6e5646c42b6cfd873c6b13c",
            ),
            File(
                "LICENSE_FONT", "377f4f9c19e935228552478eb68cc2ed82910988a60ba60e2ac73b09f32d02d1"
            ),
        ),
    ),
    Library(
        package="@expo-google-fonts/jetbrains-mono",
        version="0.4.1",
        folder="web/vendor/mono",
        files=(
            File(
                "400Regular/JetBrainsMono_400Regular.woff2",
                "6d1558349e2514732c6049e8cb44130fd17f4038fd3b76017b027198aee7c080",
            ),
            File(
                "LICENSE_FONT", "b2fe5e8987594e9ffd1d2ca52a2f5d73eb8335243893c5d6254b5ad69269591d"
            ),
        ),
    ),
    Library(
        package="@expo-google-fonts/jetbrains-mono",
        version="0.4.1",
        folder="src/canvas_server/export/font_mono",
        files=(
            File(
                "400Regular/JetBrainsMono_400Regular.ttf",
                "b6b1ff4ddefe36d7f2a6174e1d001cab374e594519ee9049af028d577b64c5f5",
            ),
            File(
                "LICENSE_FONT", "b2fe5e8987594e9ffd1d2ca52a2f5d73eb8335243893c5d6254b5ad69269591d"
            ),
        ),
    ),
)


def fetch(library: Library) -> None:
    """Download a package with npm, as it is configured here, and keep the files wanted."""
    target = ROOT / library.folder
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{library.package}@{library.version}"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as package:
            for file in library.files:
                is_packed = file.path.endswith(".woff2")  # the package has it unpacked alone
                path = file.path.replace(".woff2", ".ttf")
                content = package.extractfile(f"package/{path}")
                if content is None:
                    sys.exit(f"{library.package} {library.version} has no {path}")
                data = content.read()
                (target / file.name).write_bytes(packed(data) if is_packed else data)


def packed(font: bytes) -> bytes:
    """Return a font as WOFF2 (W3C), for browsers; it takes fontTools and brotli."""
    from fontTools.ttLib import TTFont  # type: ignore  # noqa: PLC0415 - as above

    target = io.BytesIO()
    opened: Any = TTFont(io.BytesIO(font), recalcTimestamp=False)
    opened.flavor = "woff2"
    opened.save(target)
    return target.getvalue()


def complaints(library: Library) -> list[str]:
    """Say which files of a library are missing, changed or not its own."""
    target = ROOT / library.folder
    found: list[str] = []
    for file in library.files:
        here = target / file.name
        got = hashlib.sha256(here.read_bytes()).hexdigest() if here.is_file() else "missing"
        if got != file.sha256:
            found.append(f"{library.folder}/{file.name}: {got}, not {file.sha256}")
    names = {file.name for file in library.files}
    present = {file.name for file in target.iterdir()} if target.is_dir() else set[str]()
    found += [f"{library.folder}/{name}: unknown" for name in sorted(present - names)]
    return found


def main() -> None:
    """Fetch unless only asked to check, then check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        for library in LIBRARIES:
            fetch(library)
    found = [line for library in LIBRARIES for line in complaints(library)]
    known = {ROOT / library.folder for library in LIBRARIES}
    found += [f"{path}: unknown" for path in VENDOR.iterdir() if path not in known]
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
