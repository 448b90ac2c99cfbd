"""Pictures in drawings: as browsers show them, whatever the format."""

import base64
import io
from typing import Any

import pytest
from PIL import Image as Pixels
from PIL import ImageChops

from canvas_server.export import png, svg
from canvas_server.export.budget import Budget
from canvas_server.export.embedding import embedded
from canvas_server.export.missing import Gap
from canvas_server.protocol.kinds import Image
from canvas_server.protocol.scene import Transform
from support.browsers.looks import PICTURES, animated, subject, turned
from support.hub.drawings import scene_of
from support.hub.pictures import bytes_of, encoded, url_of

RED, BLUE = (200, 30, 40), (30, 60, 200)


def shown(src: str) -> Any:
    """Return a picture as it is embedded, decoded."""
    found = embedded(src, Budget())
    assert found is not None
    picture = Pixels.open(io.BytesIO(base64.b64decode(found.partition(",")[2])))
    assert picture.format in ("PNG", "JPEG", "GIF")
    return picture


def near(picture: Any, x: float, y: float, color: tuple[int, int, int]) -> bool:
    at = (round(x * (picture.width - 1)), round(y * (picture.height - 1)))
    found = picture.convert("RGB").getpixel(at)
    return all(abs(a - b) < 40 for a, b in zip(found, color, strict=True))


# Where the corner is that is red in the picture as it was taken (Exif 2.3, tag 0x0112).
CORNERS = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}


@pytest.mark.report(
    "picture",
    "A photo that is turned by Exif lies in the exported picture.",
    "a scene stored before photos were turned as they come in, with a JPEG of orientation 6",
    "It stands, as on the page, in all eight orientations.",
)
@pytest.mark.parametrize("form", ["JPEG", "WEBP", "PNG"])
@pytest.mark.parametrize("orientation", CORNERS)
def test_pictures_are_turned_as_exif_says(orientation: int, form: str) -> None:
    picture = shown(url_of(turned(orientation, form), form.lower()))
    assert picture.size == ((90, 60) if orientation < 5 else (60, 90))
    x, y = CORNERS[orientation]
    assert near(picture, 0.05 + 0.9 * x, 0.05 + 0.9 * y, RED)


@pytest.mark.report(
    "picture",
    "An AVIF picture is a card in the exported picture.",
    "an AVIF picture of the canvas, and WebP, lossy, lossless and with transparency",
    "It is drawn.",
)
@pytest.mark.parametrize("name", PICTURES)
def test_each_format_is_drawn(name: str) -> None:
    data, form = PICTURES[name]
    drawn = svg.draw(scene_of((Image(url_of(data, form)), Transform(0, 0, 90, 60))))
    assert [gap.lack for gap in drawn.missing] == (["animation"] if "animated" in name else [])
    whole = Pixels.open(io.BytesIO(png.paint(drawn, 170))).convert("RGB").crop((40, 40, 130, 100))
    if not any(word in name for word in ("grey", "black", "16", "profile", "Exif")):
        wanted = subject("RGB")
        inner = (6, 6, 84, 40)
        difference = ImageChops.difference(whole.crop(inner), wanted.crop(inner)).convert("L")
        histogram = difference.histogram()
        assert sum(histogram[60:]) < 0.05 * sum(histogram), "but for edges"


@pytest.mark.report(
    "picture",
    "A picture with a colour profile has other colours in the export than on the page.",
    "a PNG and a JPEG whose profile has red and blue exchanged",
    "The profile is applied before.",
)
@pytest.mark.parametrize("name", ["PNG with a profile", "JPEG with a profile"])
def test_profiles_are_applied(name: str) -> None:
    assert near(shown(url_of(*PICTURES[name])), 0.05, 0.05, (40, 30, 200))


@pytest.mark.report(
    "picture",
    "A picture of 16 bits, or of print colours, is black or negative in the export.",
    "a grey PNG of 16 bits; a JPEG in CMYK",
    "Both look as on the page.",
)
def test_deep_and_printed_pictures_look_as_they_are() -> None:
    deep = shown(url_of(*PICTURES["PNG of 16 bits"])).convert("L")
    assert [round(deep.getpixel((x, 5)) / 245, 1) for x in (0, 45, 89)] == [0.0, 0.5, 1.0]
    assert near(shown(url_of(*PICTURES["JPEG in CMYK"])), 0.05, 0.05, RED)


@pytest.mark.report(
    "picture",
    "Nothing says that an animation stands still in the exported picture.",
    "an animated GIF, WebP or PNG",
    "Its first frame is drawn, and the answer says so.",
)
@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_drawn(form: str) -> None:
    src = url_of(animated(form), form.lower())
    assert near(shown(src), 0.05, 0.05, RED)
    assert svg.draw(scene_of(Image(src))).missing == (Gap("animation", 1),)


def test_what_needs_nothing_stays_as_it_is() -> None:
    for name in ("PNG", "JPEG", "GIF", "PNG with transparency"):
        src = url_of(*PICTURES[name])
        assert embedded(src, Budget()) == src


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_what_is_cut_off_is_a_frame(form: str) -> None:
    data = encoded(subject(), form)
    assert embedded(url_of(data[: len(data) // 2], form.lower()), Budget()) is None
    assert bytes_of(url_of(data, form.lower())) == data


@pytest.mark.slow
def test_what_is_encoded_anew_has_a_bounded_size() -> None:
    large = shown(url_of(encoded(Pixels.new("RGB", (4000, 2500), "red"), "WEBP"), "webp"))
    assert large.format == "JPEG"
    assert large.width * large.height <= 4_000_000
    assert large.width / large.height == pytest.approx(1.6, abs=0.01)
