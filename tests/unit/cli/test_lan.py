"""The QR code of `--lan`, as a terminal shows it."""

import ipaddress

import click
import pytest
import zxingcpp
from click.testing import CliRunner
from PIL import Image

from canvas_server.auth.authority import authority_of
from canvas_server.auth.invitations import Invitations
from canvas_server.auth.keys import Keys
from canvas_server.auth.shortlinks import fresh_code
from canvas_server.cli.lan import qr_lines, show_link
from canvas_server.http.shortlinks import short_link_of

pytestmark = pytest.mark.rule("LNK6")
COLUMNS, ROWS = 80, 24
HALVES = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}
IPV4 = "https://192.168.100.200:65535"
IPV6 = f"https://[{ipaddress.ip_address('fdab:cdef:1234:5678:9abc:def0:1234:5678').exploded}]:65535"


def pictured(lines: list[str], scale: int = 4) -> Image.Image:
    """What a camera sees of half blocks."""
    picture = Image.new("L", (len(lines[0]), 2 * len(lines)))
    for row, line in enumerate(lines):
        for column, block in enumerate(line):
            for half, light in enumerate(HALVES[block]):
                picture.putpixel((column, 2 * row + half), light)
    return picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)


@pytest.mark.parametrize("site", [IPV4, IPV6, f"{IPV6}/canvas-of-ours"], ids=["4", "6", "below"])
def test_the_code_of_the_longest_address_is_read_and_fits(site: str) -> None:
    link = short_link_of(site, fresh_code())
    lines = qr_lines(link)
    (found,) = zxingcpp.read_barcodes(pictured(lines))
    assert found.text == link
    assert max(map(len, lines)) <= COLUMNS
    of_link = -(-len(link) // COLUMNS)
    assert of_link + len(lines) < ROWS, "the link above, the cursor below"
    quiet = 2 if len(link) > 78 else 4
    assert all(line.startswith("█" * quiet) and line.endswith("█" * quiet) for line in lines[:-1])


@pytest.mark.rule("LNK1")
def test_what_is_printed_ends_with_the_link_and_its_code() -> None:
    authority = authority_of(Keys(b"k" * 32), Invitations(None, 0))

    @click.command()
    def show() -> None:
        show_link(IPV6, authority)

    printed = CliRunner().invoke(show, color=True).output.splitlines()
    plain = [click.unstyle(line) for line in printed]
    last = plain[-(ROWS - 1) :]
    (link,) = [line for line in last if line.startswith("https://")]
    code_lines = [line for line in plain if set(line) <= set(HALVES) and line]
    (found,) = zxingcpp.read_barcodes(pictured(code_lines))
    assert found.text == link
    assert plain[-len(code_lines) :] == code_lines
    assert max(map(len, plain)) <= COLUMNS
    dark = "\x1b[97m\x1b[40m"
    assert all(line.startswith(dark) for line in printed[-len(code_lines) :]), "in any terminal"
    assert authority.short_links is not None
    assert authority.short_links.open(link.rpartition("/")[2], 1.0).session_id
    authority.invitations.close()
