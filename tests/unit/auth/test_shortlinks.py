"""Codes of short links: what they open, how they end, and what of them is kept (docs/adr/0035)."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.auth.authority import Authority, authority_of
from canvas_server.auth.invitationfile import (
    DATABASE,
    Invitation,
    ShortLink,
    copy_into,
    merge_from,
)
from canvas_server.auth.invitations import KEPT_SECONDS, Invitations
from canvas_server.auth.join import RENEWED_SECONDS, Claims, fresh_invitation
from canvas_server.auth.keys import Keys
from canvas_server.auth.shortlinks import (
    LENGTH,
    SYMBOLS,
    Opened,
    UnknownCode,
    fresh_code,
    plain_code,
)
from canvas_server.core.effects import Refusal
from canvas_server.core.presence.grants import Ancestor
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.roles import Role
from support.hub.hub import NOW

pytestmark = pytest.mark.rule("LNK1", "LNK2", "LNK4")
DAY = 24 * 3600
KEYS = Keys(b"k" * 32)


@pytest.fixture(params=["folder", "memory"])
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """Where invitations are kept; a cluster is tried in tests/integration/test_cluster.py."""
    return tmp_path if request.param == "folder" else None


@pytest.fixture
def house(data: Path | None) -> Iterator[Authority]:
    with closing(Invitations(data, NOW)) as invitations:
        yield authority_of(KEYS, invitations)


def make(house: Authority, seconds: float = DAY, **more: object) -> tuple[str, Claims]:
    """Give a short link out; return its code, and what its token says."""
    more = {"renew": True, **more}
    claims = msgspec.convert(
        {"session": "s", "role": "edit", "invitation": fresh_invitation(), "iat": int(NOW), **more},
        Claims,
    )
    assert house.short_links is not None
    code, short = house.short_links.make(claims, NOW + seconds)
    house.invitations.add(
        Invitation(
            claims.invitation,
            claims.session,
            claims.role,
            claims.name,
            NOW,
            NOW + seconds,
            lineage=tuple(one.id for one in claims.lineage),
            short=short,
        ),
        NOW,
    )
    return code, claims


def opened(house: Authority, code: str, now: float = NOW) -> Opened | None:
    assert house.short_links is not None
    try:
        return house.short_links.open(code, now)
    except UnknownCode:
        return None


def test_a_code_gives_what_the_long_form_gives(house: Authority) -> None:
    code, claims = make(house, role=Role.PRESENT, name="Ada", user="ada@example.org", places=3)
    found = opened(house, code, NOW + 60)
    assert found is not None
    assert found.session_id == "s"
    assert house.join is not None
    short = house.join.admit(found.token, "s", NOW + 60)
    long = house.join.admit(house.join.sign(claims, NOW + DAY), "s", NOW + 60)
    changed = msgspec.structs.replace(long, expires=short.expires)
    assert (short, short.horizon) == (changed, long.horizon)
    assert found.expires == short.expires == NOW + 60 + RENEWED_SECONDS


def test_what_is_not_renewed_lives_as_long_as_its_link(house: Authority) -> None:
    found = opened(house, make(house, renew=False)[0])
    assert found is not None
    assert found.expires == NOW + DAY


def test_it_ends_with_its_link(house: Authority) -> None:
    code, _ = make(house, seconds=100)
    found = opened(house, code, NOW + 99)
    assert found is not None
    assert found.expires == NOW + 100
    with pytest.raises(Refusal) as ended:
        opened(house, code, NOW + 100)
    assert ended.value.code is ErrorCode.TOKEN_EXPIRED


def test_it_is_taken_back_with_its_link_and_with_what_that_was_made_with(house: Authority) -> None:
    (code, claims), (other, _) = make(house), make(house)
    child, _ = make(house, lineage=(Ancestor(claims.invitation),))
    house.invitations.revoke(claims.invitation, NOW)
    assert [opened(house, each) is None for each in (code, child, other)] == [True, True, False]


def test_it_goes_with_its_session_and_no_other(house: Authority) -> None:
    (gone, claims), (stays, _) = make(house), make(house, session="t")
    before = house.invitations.get(claims.invitation)
    house.invitations.delete_codes("s")
    assert opened(house, gone) is None
    assert before is not None
    house.invitations.note(before)  # an older word of another node comes late
    assert opened(house, gone) is None
    assert opened(house, stays) is not None
    assert [one.id for one in house.invitations.of("s")] == [claims.invitation]


def test_it_is_forgotten_with_its_link(house: Authority) -> None:
    code, claims = make(house)
    one = house.invitations.get(claims.invitation)
    assert one is not None
    house.invitations.forget([one])
    assert opened(house, code) is None


def test_it_outlives_the_server_and_a_change_of_secrets(tmp_path: Path) -> None:
    with closing(Invitations(tmp_path, NOW)) as kept:
        code, _ = make(authority_of(KEYS, kept))
        taken, claims = make(authority_of(KEYS, kept))
        kept.revoke(claims.invitation, NOW)
        ended, _ = make(authority_of(KEYS, kept), seconds=1)
    later = NOW + KEPT_SECONDS + 2
    with closing(Invitations(tmp_path, NOW)) as kept:
        for keys in (KEYS, Keys(b"new" * 11, b"k" * 32)):
            house = authority_of(keys, kept)
            assert opened(house, code) is not None
            assert opened(house, taken) is None
        assert opened(authority_of(Keys(b"new" * 11), kept), code) is None
    with closing(Invitations(tmp_path, later)) as kept:
        assert opened(authority_of(KEYS, kept), ended, later) is None, "not listed any more"
    with closing(sqlite3.connect(tmp_path / DATABASE)) as file:
        assert file.execute("SELECT count(*) FROM short_link").fetchone() == (1,)


def test_a_backup_has_it_and_revives_none(tmp_path: Path) -> None:
    there, elsewhere = tmp_path / "there", tmp_path / "elsewhere"
    for folder in (there, elsewhere):
        folder.mkdir()
    with closing(Invitations(there, NOW)) as kept, closing(sqlite3.connect(":memory:")) as backup:
        house = authority_of(KEYS, kept)
        (stays, _), (taken, claims), (deleted, _) = (
            make(house),
            make(house),
            make(house, session="t"),
        )
        copy_into(backup, there)
        kept.revoke(claims.invitation, NOW)
        kept.delete_codes("t")
        merge_from(backup, there)
        copy_into(backup, there)
        merge_from(backup, elsewhere)
        tables = backup.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        assert tables == []
    for folder in (there, elsewhere):
        with closing(Invitations(folder, NOW)) as kept:
            house = authority_of(KEYS, kept)
            found = [opened(house, code) is not None for code in (stays, taken, deleted)]
            assert found == [True, False, False]


def test_a_file_of_an_earlier_release_has_none_and_takes_them(tmp_path: Path) -> None:
    with closing(Invitations(tmp_path, NOW)) as kept:
        kept.add(Invitation("i", "s", Role.EDIT, None, NOW, NOW + DAY), NOW)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as file:
        file.execute("DROP TABLE short_link")
    with closing(Invitations(tmp_path, NOW)) as kept:
        assert opened(authority_of(KEYS, kept), make(authority_of(KEYS, kept))[0]) is not None
    with closing(sqlite3.connect(tmp_path / DATABASE)) as file, file:  # as earlier releases write
        row = ("j", "s", "edit", None, NOW, NOW + DAY, None, "")
        file.execute("INSERT OR REPLACE INTO invitation VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def test_who_reads_the_folder_cannot_come_in_by_what_is_in_it(tmp_path: Path) -> None:
    with closing(Invitations(tmp_path, NOW)) as kept:
        house = authority_of(KEYS, kept)
        code, claims = make(house)
        one = kept.get(claims.invitation)
        assert one is not None
        assert one.short is not None
        assert house.join is not None
        with pytest.raises(Refusal):
            house.join.admit(one.short.sealed, "s", NOW)
        assert opened(house, one.short.digest) is None
    content = (tmp_path / DATABASE).read_bytes()
    assert code.encode() not in content
    assert (plain_code(code) or "").encode() not in content
    other = authority_of(Keys(b"x" * 32), house.invitations)
    assert opened(other, code) is None, "another secret, another hash"


def test_who_writes_into_the_folder_gives_a_code_no_other_rights(tmp_path: Path) -> None:
    with closing(Invitations(tmp_path, NOW)) as kept:
        house = authority_of(KEYS, kept)
        (code, low), (_, high) = make(house, role=Role.VIEW), make(house, role=Role.MODERATE)
        mine, theirs = kept.get(low.invitation), kept.get(high.invitation)
        assert mine is not None
        assert theirs is not None
        assert mine.short is not None
        assert theirs.short is not None
        swapped = ShortLink(mine.short.digest, theirs.short.sealed)
        kept.note(msgspec.structs.replace(mine, short=swapped))
        assert opened(house, code) is None
        kept.note(msgspec.structs.replace(mine, short=ShortLink(mine.short.digest, "a.b.c")))
        assert opened(house, code) is None


@given(st.integers(0, 2**LENGTH - 1), st.sampled_from(["", "-", " ", "\u2013", "_"]))
def test_a_code_is_read_however_it_is_typed(capitals: int, between: str) -> None:
    code = fresh_code()
    letters = [
        letter.upper() if capitals >> at & 1 else letter
        for at, letter in enumerate(code.replace("-", ""))
    ]
    typed = between.join(letters).replace("0", "O").replace("1", "l")
    assert plain_code(f"({typed}).") == plain_code(code) == code.replace("-", "")


@pytest.mark.parametrize(
    "wrong", ["", "-", "7kq4-m2xz-9rp", "7kq4-m2xz-9rpaa", "7kq4-m2xz-9rpu", "7kq4-m2xz-9rp\u00e9"]
)
def test_what_is_no_code_is_unknown(house: Authority, wrong: str) -> None:
    assert plain_code(wrong) is None
    assert opened(house, wrong) is None


def test_a_code_is_of_sixty_bits_without_symbols_that_look_alike() -> None:
    assert (len(set(SYMBOLS)), LENGTH) == (32, 12)
    assert not set("ilou") & set(SYMBOLS)
    drawn = "".join(fresh_code().replace("-", "") for _ in range(500))
    assert set(drawn) == set(SYMBOLS)
