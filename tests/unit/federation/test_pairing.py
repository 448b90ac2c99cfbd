"""How two servers come to know each other, and what of it is kept."""

import stat
from pathlib import Path

import pytest

from canvas_server.federation.beacons import topic_of
from canvas_server.federation.ownership import Known, OwnershipRecord
from canvas_server.federation.pairing import Pair, PairingError, Pairs, decode_code

NORTH, SOUTH = "a1" * 32, "b2" * 32


def test_two_codes_make_one_secret(tmp_path: Path) -> None:
    north, south = Pairs(tmp_path / "n"), Pairs(tmp_path / "s")
    codes = north.code(NORTH), south.code(SOUTH)
    assert north.code(NORTH) == codes[0], "the same until it is used"
    there = north.pair(NORTH, f"  {codes[1][:30]}\n{codes[1][30:].upper()} ", ("team-*",), "Them")
    here = south.pair(SOUTH, codes[0], ("*",), "")
    assert there.agent_id == SOUTH
    assert here.agent_id == NORTH
    assert here.key == there.key
    assert topic_of(here, "team-a") == topic_of(there, "team-a")
    assert topic_of(here, "team-a") != topic_of(here, "team-b")
    assert there.shares("team-a")
    assert not there.shares("board")
    fresh = north.code(NORTH)
    assert fresh != codes[0], "it has done its work"
    again = north.pair(NORTH, codes[1], ("*",), "Them")
    assert (again.secret, again.sessions) == (there.secret, ("*",))
    assert north.code(NORTH) == fresh
    assert stat.S_IMODE((tmp_path / "n" / "servers.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("change", ["", "canvas1", "canvas1abc", "é", None, 5])
def test_what_is_no_code_is_told_so(tmp_path: Path, change: str | int | None) -> None:
    code = Pairs(tmp_path).code(NORTH)
    if change is None:
        bad = code[:-1]
    elif isinstance(change, int):
        bad = code[:20] + ("a" if code[20] != "a" else "b") + code[21:]
    else:
        bad = change
    with pytest.raises(PairingError, match="no code"):
        decode_code(bad)


def test_a_server_is_not_paired_with_itself_or_without_a_code_of_its_own(tmp_path: Path) -> None:
    pairs = Pairs(tmp_path / "n")
    with pytest.raises(PairingError, match="the other's"):
        pairs.pair(NORTH, pairs.code(NORTH), ("*",), "")
    code = Pairs(tmp_path / "s").code(SOUTH)
    with pytest.raises(PairingError, match="first"):
        Pairs(tmp_path / "x").pair(NORTH, code, ("*",), "")


def test_what_another_process_writes_is_read_again(tmp_path: Path) -> None:
    fixed = Pair(NORTH, "s" * 32)
    running, command = Pairs(tmp_path, [fixed]), Pairs(tmp_path)
    assert not running.refresh()
    command.code("cc" * 32)
    command.pair("cc" * 32, Pairs(tmp_path / "s").code(SOUTH), ("*",), "South")
    assert running.refresh()
    assert [pair.agent_id for pair in running.all] == [NORTH, SOUTH]
    assert running.of(SOUTH) == command.of(SOUTH)
    assert command.forget(SOUTH)
    assert not command.forget(SOUTH)
    assert running.refresh()
    assert running.all == (fixed,)
    (tmp_path / "servers.json").write_text("{")
    with pytest.raises(PairingError, match="cannot be read"):
        running.refresh()


def test_agreements_outlive_the_process_and_end_with_the_pair(tmp_path: Path) -> None:
    fixed = [Pair(NORTH, "s" * 32, name="North")]
    known = Known.read(tmp_path, fixed)
    known.ownership.agree("kept-there", OwnershipRecord(NORTH, kept_here=False))
    known.ownership.agree("kept-here", OwnershipRecord(NORTH, kept_here=True))
    known.ownership.flush()
    known.ownership.flush()
    again = Known.read(tmp_path, fixed).ownership
    assert again.leader("kept-there") == "North"
    assert again.leader("kept-here") is None
    assert again.leader("another") is None
    assert again.with_(NORTH) == ["kept-there", "kept-here"]
    assert Known.read(tmp_path, []).ownership.leader("kept-there") is None
    (tmp_path / "agreements.json").write_text("[]")
    with pytest.raises(PairingError, match="cannot be read"):
        Known.read(tmp_path, fixed)


def test_a_server_is_called_as_we_say_else_as_it_says(tmp_path: Path) -> None:
    known = Known.read(tmp_path, [Pair(NORTH, "s" * 32), Pair(SOUTH, "s" * 32, name="Ours")])
    assert known.ownership.name_of(NORTH) == NORTH[:8]
    for agent_id in (NORTH, SOUTH):
        known.ownership.call(agent_id, "Theirs")
    assert known.ownership.name_of(NORTH) == "Theirs"
    assert known.ownership.name_of(SOUTH) == "Ours"
