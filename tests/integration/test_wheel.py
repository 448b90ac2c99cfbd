"""What is installed is complete: the wheel alone serves the client."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROBE = """
import sys
sys.path.insert(0, sys.argv[1])
import canvas_server
from canvas_server.http.webfolder import web_folder
assert canvas_server.__file__.startswith(sys.argv[1]), canvas_server.__file__
assert str(web_folder()).startswith(sys.argv[1]), web_folder()
"""


def test_the_wheel_holds_the_package_and_the_client(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    for file in (ROOT / "web").rglob("*"):
        if file.is_file():
            assert f"canvas_server/web/{file.relative_to(ROOT / 'web')}" in names
    assert "canvas_server/py.typed" in names
    licences = {name.partition("dist-info/licenses/")[2] for name in names}
    foreign = {"web/vendor/chart.js/LICENSE.md", "web/vendor/model-viewer/LICENSE"}
    assert {"LICENSE", *foreign} < licences
    probe = [sys.executable, "-c", PROBE, str(tmp_path / "site")]
    subprocess.run(probe, check=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": ""})
