"""A picture comes in as it is seen, and with nothing else."""

import io
import zlib
from typing import Any

import pytest
from PIL import Image as Pixels
from PIL import ImageCms

from canvas_server.core.scene.rasters import measure
from canvas_server.pictures.normalising import RefusedPicture, normalised
from support.browsers.bombs import OTHERS, SPELLINGS, vast_png
from support.hub.pictures import (
    SECRET,
    bytes_of,
    chunk,
    encoded,
    exif,
    halves,
    many_frames_gif,
    opened,
    photo,
    riff_with,
    url_of,
    with_chunk,
    zeros_png,
)

pytestmark = pytest.mark.rule("SCN10")

FORMS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP")
FRAMES = [Pixels.new("RGB", (40, 30), color) for color in ("red", "green", "blue")]
ANIMATED = {"save_all": True, "append_images": FRAMES[1:], "duration": [100, 200, 300], "loop": 0}
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()  # type: ignore[reportUnknownArgumentType]
MINE = SRGB.replace(b"sRGB", b"Ada7").replace(
    "sRGB".encode("utf-16-be"), "Ada7".encode("utf-16-be")
)
"""A profile of somebody's own screen."""


def clean(form: str) -> bytes:
    return encoded(halves(), form)


def tail_png(rows: bytes, packed: bytes = b"") -> bytes:
    """A PNG with more rows than it needs, or bytes after them."""
    row = b"\0" + b"\xff\0\0" * 32 + b"\0\0\xff" * 32
    pixels = zlib.compress(row * 32 + rows) + packed
    return clean("PNG")[:33] + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def again(src: str) -> str:
    """Normalise twice: the second time changes nothing."""
    once = normalised(src)
    assert normalised(once) == once
    return once


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_that_is_nothing_else_stays_byte_for_byte(form: str) -> None:
    src = url_of(clean(form), form.lower())
    assert normalised(src) == src


@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP"])
def test_so_does_an_animation(form: str) -> None:
    src = url_of(encoded(FRAMES[0], form, **ANIMATED), form.lower())
    assert normalised(src) == src
    assert opened(src).n_frames == 3


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_metadata_go_and_every_pixel_stays(form: str) -> None:
    content = photo(1, form)
    assert SECRET.encode() in content
    src = again(url_of(content, form.lower()))
    assert SECRET.encode() not in bytes_of(src)
    assert not opened(src).getexif()
    assert opened(src).tobytes() == opened(url_of(content, form.lower())).tobytes()


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_what_a_camera_says_is_turned_is_turned(form: str, orientation: int) -> None:
    src = again(url_of(photo(orientation, form), form.lower()))
    turned = opened(src)
    assert not turned.getexif()
    assert SECRET.encode() not in bytes_of(src)
    assert turned.size == ((64, 32) if orientation < 5 else (32, 64))
    is_red = turned.convert("RGB").getpixel((3, 3))[0] > 128
    assert is_red is (orientation in (1, 4, 5, 6))


def test_an_animation_is_turned_as_a_whole() -> None:
    for form in ("PNG", "WEBP"):
        content = encoded(FRAMES[0], form, exif=exif(6), **ANIMATED)
        turned = opened(again(url_of(content, form.lower())))
        assert (turned.size, turned.n_frames) == ((30, 40), 3)


def test_a_turned_photo_is_as_good_as_before() -> None:
    noise = Pixels.effect_noise((400, 300), 60).convert("RGB")
    content = encoded(noise, "JPEG", quality=92, exif=exif(6))
    turned = bytes_of(normalised(url_of(content, "jpeg")))
    assert 0.8 < len(turned) / len(content) < 1.1
    before, after = (Pixels.open(io.BytesIO(each)) for each in (content, turned))
    assert before.quantization == after.quantization  # type: ignore[attr-defined]


HIDDEN: dict[str, bytes] = {
    "HTML after a GIF": clean("GIF") + HTML,
    "HTML after a PNG": clean("PNG") + HTML,
    "HTML after a JPEG": clean("JPEG") + HTML,
    "HTML after a WebP": clean("WEBP") + HTML,
    "a comment in a GIF": encoded(halves(), "GIF", comment=HTML),
    "a comment in a JPEG": encoded(halves(), "JPEG", comment=HTML),
    "text in a PNG": with_chunk(clean("PNG"), b"tEXt", b"Comment\0" + HTML),
    "packed text in a PNG": with_chunk(
        clean("PNG"), b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000))
    ),
    "a profile without end": with_chunk(
        clean("PNG"), b"iCCP", b"icc\0\0" + zlib.compress(bytes(50_000_000))
    ),
    "a private chunk": with_chunk(clean("PNG"), b"prVt", HTML),
    "a long gamma": with_chunk(clean("PNG"), b"gAMA", HTML),
    "XMP in a WebP": riff_with(encoded(halves(), "WEBP", exif=exif()), b"XMP ", HTML),
    "a chunk of a WebP": riff_with(clean("WEBP"), b"junk", HTML),
    "XMP in a JPEG": encoded(halves(), "JPEG", xmp=HTML),
    "XMP in an AVIF": encoded(halves(), "AVIF", xmp=HTML),
    "a BMP with more": clean("BMP") + HTML,
    "between the segments": clean("JPEG")[:2] + HTML + clean("JPEG")[2:],
    "in a thumbnail": clean("JPEG")[:4]
    + (16 + 3 * 16).to_bytes(2)
    + clean("JPEG")[6:18]
    + b"\4\4"
    + HTML.ljust(48)
    + clean("JPEG")[20:],
    "behind the pixels of a PNG": tail_png(HTML),
    "in the packing of a PNG": tail_png(b"", HTML),
}


@pytest.mark.parametrize("content", HIDDEN.values(), ids=HIDDEN)
def test_what_is_hidden_in_a_picture_is_gone(content: bytes) -> None:
    raster = measure(content)
    assert raster is not None
    form = raster.form
    src = again(url_of(content, form))
    kept = bytes_of(src)
    assert HTML not in kept
    assert len(kept) < 4096
    assert opened(src).convert("RGB").getpixel((60, 5))[2] > 200


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("data:image/png;base64,", "data:image/jpeg;base64,"),
        ("data:image/WEBP;base64,", "data:image/jpeg;base64,"),
        ("data:image/JPEG;base64,", "data:image/jpeg;base64,"),
        ("data:image/jpeg;charset=x; base64,", "data:image/jpeg;base64,"),
        ("data:image/pjpeg;base64,", "data:image/pjpeg;base64,"),
    ],
)
def test_it_is_declared_as_what_it_is(before: str, after: str) -> None:
    content = url_of(clean("JPEG"), "jpeg").partition(",")[2]
    assert normalised(before + content) == after + content
    spaced = content[:40] + "\n " + content[40:].rstrip("=") + "#kept nowhere"
    assert normalised(before + spaced) == after + content


def test_profiles_stay_when_they_are_known_and_are_applied_when_not() -> None:
    for form in ("JPEG", "PNG", "WEBP"):
        usual = url_of(encoded(halves(), form, icc_profile=SRGB), form.lower())
        assert normalised(usual) == usual or form == "PNG"
        assert opened(again(usual)).info["icc_profile"] == SRGB
        assert MINE != SRGB
        src = again(url_of(encoded(halves(), form, icc_profile=MINE), form.lower()))
        assert "icc_profile" not in opened(src).info
        assert opened(src).convert("RGB").getpixel((3, 3))[0] > 200
        longer = SRGB + bytes(10_000)
        src = again(url_of(encoded(halves(), form, icc_profile=longer), form.lower()))
        assert "icc_profile" not in opened(src).info


def test_what_is_transparent_stays_so() -> None:
    clear = Pixels.new("RGBA", (8, 8), (255, 0, 0, 0))
    for form in ("PNG", "WEBP"):
        for options in ({"exif": exif(6)}, {"icc_profile": MINE}):
            src = again(url_of(encoded(clear, form, **options), form.lower()))
            assert opened(src).convert("RGBA").getpixel((2, 2))[3] == 0
    palette = Pixels.new("P", (8, 4))
    src = again(url_of(encoded(palette, "PNG", transparency=0, exif=exif(6)), "png"))
    assert opened(src).convert("RGBA").getpixel((1, 1))[3] == 0


def scans(count: int) -> bytes:
    """A progressive JPEG that goes over its pixels again and again."""
    content = encoded(Pixels.new("RGB", (1000, 1000)), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * count + b"\xff\xd9"


def broken() -> dict[str, bytes]:
    animated = encoded(FRAMES[0], "WEBP", **ANIMATED)
    return {
        **{f"half a {form}": clean(form)[: len(clean(form)) // 2] for form in FORMS},
        **{f"a {form} but for its end": clean(form)[:-40] for form in FORMS},
        "a frame too few": animated[:-30],
        "a damaged PNG": clean("PNG")[:50] + b"\0" + clean("PNG")[51:],
        "a PNG without pixels": b"\x89PNG\r\n\x1a\n" + clean("PNG")[8:33] + clean("PNG")[-12:],
        "a JPEG without pixels": b"\xff\xd8\xff\xd9",
        "a GIF without frames": clean("GIF")[:13] + b";",
        "a WebP without pixels": b"RIFF\x04\0\0\0WEBP",
        "no picture": bytes(3),
        "nothing": b"",
        "a PNG smaller than it says": zeros_png(64, 8).replace(
            zeros_png(64, 8)[8:33], zeros_png(64, 800)[8:33]
        ),
        "a thousand scans": scans(1000),
        "100,000 frames": many_frames_gif(100_000),
        "three billion pixels": vast_png(),
    }


@pytest.mark.parametrize("content", broken().values(), ids=broken())
def test_what_cannot_be_read_is_refused_and_what_to_do_is_said(content: bytes) -> None:
    for declared in ("png", "gif"):
        with pytest.raises(RefusedPicture, match=r"first|convert|fewer"):
            normalised(url_of(content, declared))


@pytest.mark.parametrize("src", [*SPELLINGS.values(), *OTHERS.values()], ids=[*SPELLINGS, *OTHERS])
def test_what_is_none_of_the_formats_is_refused(src: str) -> None:
    with pytest.raises(RefusedPicture):
        normalised(src)


def test_what_does_not_fit_any_more_is_encoded_smaller_or_refused() -> None:
    noise = Pixels.effect_noise((700, 600), 90).convert("RGB")
    content = encoded(noise, "BMP")[:54] + bytes(10)
    with pytest.raises(RefusedPicture):
        normalised(url_of(content, "bmp"))
    picture = encoded(Pixels.effect_noise((360, 300), 90).convert("RGB"), "PNG", exif=exif(6))
    src = again(url_of(picture, "png"))
    assert opened(src).size == (300, 360)
    assert len(src) <= 512 * 1024


def test_a_picture_of_one_color_and_24_megapixels_comes_in() -> None:
    src = url_of(zeros_png(6000, 4000), "png")
    assert normalised(src) == src


def test_other_kinds_of_pixels_are_turned_too() -> None:
    modes: dict[str, Any] = {"L": "JPEG", "CMYK": "JPEG", "I;16": "PNG", "1": "PNG", "LA": "PNG"}
    for mode, form in modes.items():
        content = encoded(Pixels.new(mode, (8, 4)), form, exif=exif(8))
        assert opened(again(url_of(content, form.lower()))).size == (4, 8)
        with_profile = encoded(Pixels.new(mode, (8, 4)), form, icc_profile=MINE)
        assert opened(again(url_of(with_profile, form.lower()))).size == (8, 4)
