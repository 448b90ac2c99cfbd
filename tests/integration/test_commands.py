"""The commands about stored scenes, with and without a server that runs."""

import json
import os
import stat
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from canvas_server.cli import main
from canvas_server.store import schema
from support.servers.server import RawSocket, Server, as_user, eventually, post, running

LABEL = {"type": "Text", "content": "kept"}


def command(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def done(*args: object) -> str:
    result = command(*args)
    assert result.exit_code == 0, result.output
    return result.output


def refusal(*args: object) -> str:
    result = command(*args)
    assert result.exit_code == 1, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.output


def exported(data: Path, session: str = "s", *more: object) -> dict[str, Any]:
    return json.loads(done("export", session, "--data", data, *more))


def scene(server: Server, session: str) -> dict[str, Any]:
    return json.loads(server.get(f"/api/scene/{session}")[1])["scene"]


def edit(wire: RawSocket, count: int, first: int = 0) -> None:
    """Add labels and wait until they are stored."""
    for number in range(first, first + count):
        element = {"id": f"e{number}", "kind": LABEL}
        wire.send({"type": "add_element", "element": element, "message_id": f"m{number}"})
    while wire.until("ack")["message_id"] != f"m{first + count - 1}":
        pass


@pytest.mark.rule("ATK16")
def test_a_backup_taken_while_people_edit_is_whole_and_can_be_restored(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "backup.db"
    with running(data) as server, RawSocket(server) as wire:
        wire.join("s")
        edit(wire, 10)
        writer = threading.Thread(target=edit, args=(wire, 500, 10))
        writer.start()
        assert "bytes" in done("backup", file, "--data", data)
        writer.join()
        assert "stop it" in refusal("restore", file, "--data", data)
        at_the_end = scene(server, "s")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"data", "backup.db"}
    assert exported(data) == at_the_end
    assert "scenes.db.old" in done("restore", file, "--data", data)
    restored = exported(data)
    assert 10 <= restored["revision"] <= 510
    assert len(restored["elements"]) == restored["revision"]
    elsewhere = tmp_path / "elsewhere"
    done("restore", file, "--data", elsewhere)
    assert exported(elsewhere) == restored
    with running(data) as server, RawSocket(server) as wire:
        wire.join("s")
        assert scene(server, "s") == restored


@pytest.mark.rule("SCN16")
@pytest.mark.report(
    "lost",
    "Somebody asked to have a canvas deleted; its texts were in the file and its history for a year.",
    "`canvas-server delete SESSION`, and `DELETE /api/scene/SESSION` of who runs the server",
    "The session is gone with its history, and its texts are not in the file any more.",
)
def test_a_session_is_removed_for_good(tmp_path: Path) -> None:
    def bytes_of() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("scenes.db*"))

    with running(tmp_path, "--resume-seconds", "0") as server:
        for name in ("gone", "too", "stays"):
            label = {"type": "Text", "content": f"only of {name}"}
            post(server, {"session_id": name, "add": [{"id": "x", "kind": label}]})
        post(server, {"session_id": "gone", "clear": True})
        listed = done("sessions", "--data", tmp_path).splitlines()
        assert [line.partition("\t")[0] for line in listed] == ["gone", "stays", "too"]
        assert [
            one["revision"] for one in json.loads(done("sessions", "--json", "--data", tmp_path))
        ] == [2, 1, 1]
        with RawSocket(server) as wire:
            wire.join("gone")
            assert "session_in_use" in refusal("delete", "gone", "--yes", "--data", tmp_path)
        eventually(
            lambda: command("delete", "gone", "--yes", "--data", tmp_path).exit_code == 0,
            "everybody has left",
        )
        eventually(
            lambda: "no session" in refusal("delete", "gone", "--yes", "--data", tmp_path),
            "it is gone",
        )
        assert scene(server, "gone")["revision"] == 0
        status, _, answer = post(server, {"session_id": "gone", "add": [{"kind": LABEL}]})
        assert (status, answer["scene"]["revision"]) == (200, 1), "the name can be used again"
    assert "removed" in done("delete", "too", "--yes", "--data", tmp_path)
    left = [name for name in (b"gone", b"too", b"stays") if b"only of " + name in bytes_of()]
    assert left == [b"stays"]
    assert "no scenes" in refusal("delete", "too", "--yes", "--data", tmp_path / "none")


@pytest.mark.rule("SCN15")
@pytest.mark.report(
    "reading",
    "After a backup was restored and edited, old entity tags were good again.",
    "Backup at revision 2, edit to 3, restore, edit to 3: the old tag in `If-None-Match`, `If-Match`",
    "200 with what is there now, and 412: a tag names the time of a revision too.",
)
def test_no_entity_tag_of_before_a_restore_is_good_after_it(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "backup.db"
    paths = ["", "/history", "/export.svg", "/export.json", "/export.png?width=40"]
    paths += [f"{path}?revision=3" for path in ("", "/export.svg")]

    def edited(server: Server, *names: str) -> dict[str, str]:
        for name in names:
            post(server, {"session_id": "s", "add": [{"id": name, "kind": LABEL}]})
        assert scene(server, "s")["revision"] == 3
        return {path: server.exchange(f"/api/scene/s{path}")[1]["etag"] for path in paths}

    with running(data) as server:
        post(server, {"session_id": "s", "add": [{"id": "a", "kind": LABEL}]})
        post(server, {"session_id": "s", "add": [{"id": "b", "kind": LABEL}]})
        early = server.exchange("/api/scene/s")[1]["etag"]
        done("backup", file, "--data", data)
        before = edited(server, "one")
    done("restore", file, "--data", data)
    with running(data) as server:
        assert server.get("/api/scene/s", {"If-None-Match": early})[0] == 304, "it is the same"
        after = edited(server, "two")
        for path, tag in before.items():
            assert server.get(f"/api/scene/s{path}", {"If-None-Match": tag})[0] == 200, path
        edit = {"session_id": "s", "remove": ["a"]}
        assert post(server, edit, {"If-Match": before[""]})[0] == 412
        assert post(server, edit, {"If-Match": after[""]})[0] == 200


def test_what_is_no_backup_replaces_nothing(tmp_path: Path) -> None:
    data, bad = tmp_path / "data", tmp_path / "bad"
    with running(data) as server, RawSocket(server) as wire:
        wire.join("s")
        edit(wire, 300)
    before = exported(data)
    bad.write_bytes(b"no database" * 1000)
    assert "no backup" in refusal("restore", bad, "--data", data)
    bad.write_bytes(b"")
    assert "empty" in refusal("restore", bad, "--data", data)
    done("backup", bad, "--data", data)
    damaged = bytearray(bad.read_bytes())
    damaged[len(damaged) // 2 : len(damaged) // 2 + 4096] = b"\xff" * 4096
    bad.write_bytes(damaged)
    assert "damaged" in refusal("restore", bad, "--data", data)
    bad.unlink()
    schema.prepare(bad, (*schema.MIGRATIONS, "CREATE TABLE later (x)"))
    assert "newer" in refusal("restore", bad, "--data", data)
    assert exported(data) == before


def test_a_backup_that_cannot_be_written_leaves_the_older_one(tmp_path: Path) -> None:
    assert "--data" in refusal("backup", tmp_path / "b", "--data", tmp_path)
    schema.prepare(tmp_path / "scenes.db")
    assert "cannot be written" in refusal("backup", tmp_path / "no" / "b", "--data", tmp_path)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "keep").touch()
    assert command("backup", tmp_path / "b", "--data", tmp_path).exit_code
    assert not list(tmp_path.glob("*.partial*"))


@pytest.mark.rule("RUN3")
def test_a_backup_of_nothing_is_asked_for(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "backup.db"
    data.mkdir()
    schema.prepare(data / "scenes.db")
    text = refusal("backup", file, "--data", data)
    assert str(data) in text
    assert "CANVAS_DATA_DIR" in text
    assert not file.exists()
    done("backup", file, "--data", data, "--allow-empty")
    done("restore", file, "--data", tmp_path / "elsewhere")


@pytest.mark.rule("RUN3")
@pytest.mark.parametrize("lies_there", ["nothing", "a folder", "scenes", "scenes after a crash"])
def test_what_looks_makes_nothing(tmp_path: Path, lies_there: str) -> None:
    """Neither a folder, nor a file, nor another content of one."""
    data = tmp_path / "home" / ".local" / "share" / "canvas-server"
    if lies_there == "a folder":
        data.mkdir(parents=True)
    elif lies_there.startswith("scenes"):
        with running(data) as server, RawSocket(server) as wire:
            wire.join("s")
            edit(wire, 3)
            if "crash" in lies_there:
                server.process.kill()
    before = contents(tmp_path)
    file = tmp_path / "backup.db"
    env = {"HOME": str(tmp_path / "home"), "XDG_DATA_HOME": None, "CANVAS_DATA_DIR": str(data)}
    for asked in (["doctor", "--port", "0"], ["backup", str(file)], ["export", "s"]):
        result = CliRunner().invoke(main, asked, env={**env, "CANVAS_STUN_URLS": ""})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        if not lies_there.startswith("scenes"):
            assert str(data) in result.output
            assert "--data or CANVAS_DATA_DIR" in result.output or asked[0] == "doctor"
            assert (result.exit_code != 0) is (asked[0] != "doctor"), result.output
        else:
            assert result.exit_code == 0, result.output
    file.unlink(missing_ok=True)
    assert contents(tmp_path) == before


def contents(folder: Path) -> dict[str, bytes]:
    """Every file and folder within one; of the shared memory of SQLite that it is there."""
    return {
        str(path): path.read_bytes() if path.is_file() and path.suffix != ".db-shm" else b""
        for path in folder.rglob("*")
    }


def test_a_user_who_has_no_home_is_asked_for_a_folder(public_path: Path) -> None:
    """As one of a container: a uid that is in no list."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to be somebody else")
    clean = {name: value for name, value in os.environ.items() if name != "HOME"}
    clean = {n: v for n, v in clean.items() if not n.startswith(("XDG_", "CANVAS_"))}
    for more, code, word in (
        ([], 2, "CANVAS_DATA_DIR"),
        (["--data", str(public_path)], 1, "scenes"),
    ):
        result = subprocess.run(
            [*as_user(54321), "-m", "canvas_server", "export", "s", *more],
            capture_output=True,
            text=True,
            env=clean,
            check=False,
        )
        assert result.returncode == code, result.stderr
        assert word in result.stderr
        assert "Traceback" not in result.stderr


def test_a_scene_is_exported_as_it_is_and_as_it_was(tmp_path: Path) -> None:
    with running(tmp_path) as server, RawSocket(server) as wire:
        wire.join("s")
        edit(wire, 3)
        assert exported(tmp_path) == scene(server, "s")
        assert len(exported(tmp_path, "s", "--revision", 2)["elements"]) == 2
    assert len(exported(tmp_path)["elements"]) == 3
    assert "0 to 3" in refusal("export", "s", "--revision", 4, "--data", tmp_path)
    assert "there are: s" in refusal("export", "none", "--data", tmp_path)
    file = tmp_path / "scene.json"
    done("export", "s", "-o", file, "--data", tmp_path)
    assert json.loads(file.read_text())["revision"] == 3


def test_a_scene_is_exported_as_a_picture(tmp_path: Path) -> None:
    """As the ending of the file says, or the option."""
    with running(tmp_path) as server, RawSocket(server) as wire:
        wire.join("s")
        edit(wire, 1)
        live = server.get("/api/scene/s/export.svg")[1]
    file = tmp_path / "scene.svg"
    done("export", "s", "-o", file, "--data", tmp_path)
    assert file.read_bytes() == live
    assert done("export", "s", "--format", "svg", "--data", tmp_path).encode() == live
    done("export", "s", "-o", tmp_path / "s.PNG", "--width", 300, "--data", tmp_path)
    with Image.open(tmp_path / "s.PNG") as picture:
        assert picture.width == 300
    model = {"kind": {"type": "Model3D", "src": "https://example.org/a.glb"}}
    (tmp_path / "more.json").write_text(json.dumps({"elements": [model]}))
    done("import", tmp_path / "more.json", "more", "--data", tmp_path)
    said = done("export", "more", "-o", tmp_path / "more.png", "--data", tmp_path)
    assert said == "not in the picture: 3D models (1)\n"
    assert "--format" in refusal("export", "s", "-o", tmp_path / "s.jpg", "--data", tmp_path)
    assert done("export", "s", "-o", tmp_path / "s", "--data", tmp_path) == ""
    assert json.loads((tmp_path / "s").read_text())["revision"] == 1


def test_a_scene_is_imported_with_and_without_a_server(tmp_path: Path) -> None:
    """As a change of its own, without the tiles."""
    data, file = tmp_path / "data", tmp_path / "scene.json"
    tile = {"id": "tile", "kind": {"type": "Video", "stream_id": "lobby"}}
    elements = [{"id": "a", "kind": LABEL}, tile, {"kind": LABEL, "transform": {"x": 5}}]
    file.write_text(json.dumps({"session_id": "plan", "elements": elements}))
    assert "plan: 2 elements, revision 3" in done("import", file, "--data", data)
    assert "other: 2 elements" in done("import", file, "other", "--data", data)
    first = exported(data, "plan")
    assert [element["kind"]["type"] for element in first["elements"]] == ["Text", "Text"]
    assert exported(data, "plan", "--revision", 0)["elements"] == []
    with running(data) as server, RawSocket(server) as wire:
        wire.join("plan")
        assert scene(server, "plan") == first
        file.write_bytes(server.get("/api/scene/other")[1])
        for more in ((), ("--url", server.url)):
            assert "plan: 2 elements" in done("import", file, "plan", "--data", data, *more)
            told = wire.until("scene_update")["scene"]["elements"]
            assert [element["id"] for element in told] == ["a", told[1]["id"]]
        assert scene(server, "plan")["revision"] == 9


@pytest.mark.nightly
def test_a_scene_of_any_size_is_imported_through_a_server(tmp_path: Path) -> None:
    """In as many requests as it takes, none of them longer than a server reads."""
    data, file = tmp_path / "data", tmp_path / "scene.json"
    big = {"type": "Text", "content": "x" * 16_000, "font_size": 12, "color": "#000000"}
    elements = [{"id": f"e{n}", "kind": big} for n in range(250)]
    file.write_text(json.dumps({"session_id": "big", "elements": elements}))
    with running(data) as server:
        for _ in range(2):
            assert "big: 250 elements" in done("import", file, "--data", data)
            there = scene(server, "big")["elements"]
            assert [element["id"] for element in there] == [e["id"] for e in elements]
        file.write_text(json.dumps({"session_id": "big", "elements": [*elements, elements[0]]}))
        assert "3 of 4 parts are in, revision" in refusal("import", file, "--data", data)


@pytest.mark.report(
    "reading",
    "A scene that was exported on Windows cannot be imported: JSON is malformed.",
    "`canvas-server export s > s.json` in PowerShell, or saved again by an editor: a byte order mark, or UTF-16",
    "It is read; what is cut off in UTF-16 is said to be no scene.",
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_scene_is_imported_as_windows_writes_it(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    file = tmp_path / "s.json"
    text = json.dumps({"session_id": "s", "elements": [{"id": "a", "kind": LABEL}]})
    file.write_bytes((mark + text).encode(encoding))
    assert "1 elements" in done("import", file, "--data", tmp_path / "data")
    assert exported(tmp_path / "data")["elements"][0]["kind"]["content"] == "kept"
    file.write_bytes(file.read_bytes()[:-1])
    assert "this is no scene" in refusal("import", file, "--data", tmp_path / "data")


def test_what_is_no_scene_is_not_imported(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "scene.json"
    for text in ("{", "[]", '{"elements": []}', '{"elements": [{"kind": {"type": "Cat"}}]}'):
        file.write_text(text)
        assert "no scene" in refusal("import", file, "--data", data)
    twice = {"elements": [{"id": "a", "kind": LABEL}] * 2}
    file.write_text(json.dumps(twice))
    assert "no scene" in refusal("import", file, "no name", "--data", data)
    assert refusal("import", file, "s", "--data", data)
    assert "did not answer" in refusal("import", file, "s", "--url", "http://127.0.0.1:1")
    with running(data) as server:
        assert "element_exists" in refusal("import", file, "s", "--data", data)
        assert scene(server, "s")["revision"] == 0
