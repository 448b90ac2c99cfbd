"""The files of the audit log: bounded, for their owner alone, in order, also on a bad disk."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from canvas_server.audit.writer import KEPT_FILES, MAX_WAITING_BYTES, AuditFile, AuditWriter


def line(number: int) -> bytes:
    return b"%06d\n" % number


def test_files_are_bounded_and_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    file = AuditFile(path, KEPT_FILES * 70)
    for number in range(100):
        file.write(line(number))
    file.close()
    kept = sorted(tmp_path.iterdir())
    assert [each.name for each in kept] == ["audit.jsonl", *(f"audit.jsonl.{n}" for n in (1, 2, 3))]
    assert {each.stat().st_mode & 0o777 for each in kept} == {0o600}
    assert sum(each.stat().st_size for each in kept) <= KEPT_FILES * 70
    text = b"".join(each.read_bytes() for each in (*kept[:0:-1], kept[0]))
    assert text == b"".join(map(line, range(60, 100))), "the latest, without a gap"


def test_it_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    for number in range(3):
        file = AuditFile(path, 10_000)
        file.write(line(number))
        file.close()
    assert path.read_bytes() == b"".join(map(line, range(3)))


def test_two_processes_do_not_write_one_file(tmp_path: Path) -> None:
    file = AuditFile(tmp_path / "audit.jsonl", 1000)
    with pytest.raises(BlockingIOError):
        AuditFile(tmp_path / "audit.jsonl", 1000)
    file.close()


def test_a_link_to_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        AuditFile(tmp_path / "audit.jsonl", 1000)


def test_lines_come_out_in_order(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    writer = AuditWriter(lambda: AuditFile(path, 10**6))
    for number in range(5000):
        writer.write(line(number))
    writer.close()
    writer.close()
    assert path.read_bytes() == b"".join(map(line, range(5000)))


class BadDisk:
    """A disk that hangs until it is let go, and refuses what it is told to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.free = threading.Event()
        self.reached = threading.Event()
        self.full = False

    def open(self) -> AuditFile:
        file = AuditFile(self.path, 10**8)
        write: Callable[[bytes], None] = file.write

        def held(data: bytes) -> None:
            self.reached.set()
            assert self.free.wait(20)
            if self.full:
                raise OSError(28, "No space left on device")
            write(data)

        file.write = held  # type: ignore[method-assign]
        return file


def test_a_disk_that_hangs_holds_up_nobody(tmp_path: Path) -> None:
    """What finds no room is counted, and the count is written."""
    disk = BadDisk(tmp_path / "audit.jsonl")
    writer = AuditWriter(disk.open)
    writer.write(line(0))
    assert disk.reached.wait(20)
    big = b"x" * 99_999 + b"\n"
    room = MAX_WAITING_BYTES // len(big)
    for _ in range(room + 7):
        writer.write(big)
    disk.free.set()
    writer.close()
    lines = disk.path.read_bytes().splitlines()
    assert len(lines) == 1 + room + 1
    assert b'"of":"*"' in lines[-1]
    assert b'"count":7' in lines[-1]


def test_a_full_disk_is_said_once_and_what_was_lost_afterwards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    disk = BadDisk(tmp_path / "audit.jsonl")
    disk.free.set()
    disk.full = True
    writer = AuditWriter(disk.open)
    for number in range(3):
        disk.reached.clear()
        writer.write(line(number))
        assert disk.reached.wait(20)
    disk.full = False
    writer.write(line(3))
    writer.close()
    text = disk.path.read_text()
    assert "000003" in text
    assert '"event":"left_out"' in text
    assert capsys.readouterr().out.count("cannot be written") == 1


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    tries = iter([OSError(30, "Read-only file system")])

    def opening() -> AuditFile:
        for error in tries:
            raise error
        return AuditFile(tmp_path / "audit.jsonl", 1000)

    writer = AuditWriter(opening)
    writer.write(line(0))
    writer.close()
    assert '"count":1' in (tmp_path / "audit.jsonl").read_text()
