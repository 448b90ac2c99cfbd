"""Samples of how elements look: pictures in every format, colours, papers, turns and layers."""

import io
from typing import Any

from PIL import Image, ImageCms, ImageDraw

from support.hub.pictures import encoded, exif, url_of


def subject(mode: str = "RGB", width: int = 90, height: int = 60) -> Any:
    """Return a picture no side of which looks like another, with a corner to be seen through."""
    picture = Image.new("RGBA", (width, height), (240, 200, 60, 255))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, width // 3, height // 2), fill=(200, 30, 40, 255))
    pen.rectangle((2 * width // 3, 0, width, height // 4), fill=(30, 60, 200, 255))
    pen.ellipse((width // 3, height // 3, 2 * width // 3, height - 4), fill=(20, 140, 70, 255))
    alpha = 0 if mode in ("RGBA", "LA", "PA") else 255
    pen.rectangle((0, 3 * height // 4, width // 4, height), fill=(120, 120, 120, alpha))
    return picture if mode == "RGBA" else picture.convert(mode)


def turned(orientation: int, form: str = "JPEG") -> bytes:
    """Return a picture that is to be turned."""
    return encoded(subject(), form, exif=exif(orientation), quality=95)


def swapped_profile() -> bytes:
    """Return a colour profile in which red and blue have changed places."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())  # type: ignore
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile)


def frames() -> list[Any]:
    """Return the frames of an animation."""
    return [subject(), Image.new("RGB", (90, 60), "black"), Image.new("RGB", (90, 60), "white")]


def sixteen_bits() -> bytes:
    """Return a grey picture of 16 bits a pixel."""
    rows = [[x * 700 for x in range(90)] for _ in range(60)]
    picture = Image.new("I;16", (90, 60))
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            picture.putpixel((x, y), value)
    return encoded(picture, "PNG")


def animated(form: str, **options: Any) -> bytes:
    """Return an animation that stands still for long at each frame."""
    first, *others = frames()
    target = io.BytesIO()
    first.save(target, form, save_all=True, append_images=others, duration=60_000, **options)
    return target.getvalue()


PICTURES: dict[str, tuple[bytes, str]] = {
    "PNG": (encoded(subject(), "PNG"), "png"),
    "PNG with transparency": (encoded(subject("RGBA"), "PNG"), "png"),
    "PNG of a palette": (encoded(subject("P"), "PNG"), "png"),
    "PNG in grey": (encoded(subject("L"), "PNG"), "png"),
    "PNG in grey with transparency": (encoded(subject("LA"), "PNG"), "png"),
    "PNG in black and white": (encoded(subject("1"), "PNG"), "png"),
    "PNG of 16 bits": (sixteen_bits(), "png"),
    "PNG with a profile": (encoded(subject(), "PNG", icc_profile=swapped_profile()), "png"),
    "JPEG": (encoded(subject(), "JPEG", quality=95), "jpeg"),
    "JPEG in grey": (encoded(subject("L"), "JPEG", quality=95), "jpeg"),
    "JPEG, progressive": (encoded(subject(), "JPEG", progressive=True, quality=95), "jpeg"),
    "JPEG in CMYK": (encoded(subject("CMYK"), "JPEG", quality=95), "jpeg"),
    "JPEG with a profile": (
        encoded(subject(), "JPEG", quality=95, icc_profile=swapped_profile()),
        "jpeg",
    ),
    "JPEG turned by Exif 6": (turned(6), "jpeg"),
    "WebP": (encoded(subject(), "WEBP", quality=90), "webp"),
    "WebP, lossless": (encoded(subject(), "WEBP", lossless=True), "webp"),
    "WebP with transparency": (encoded(subject("RGBA"), "WEBP", quality=90), "webp"),
    "WebP turned by Exif 8": (turned(8, "WEBP"), "webp"),
    "AVIF": (encoded(subject(), "AVIF", quality=90), "avif"),
    "AVIF with transparency": (encoded(subject("RGBA"), "AVIF", quality=90), "avif"),
    "GIF": (encoded(subject("P"), "GIF"), "gif"),
    "GIF, animated": (animated("GIF"), "gif"),
    "WebP, animated": (animated("WEBP"), "webp"),
    "BMP": (encoded(subject(), "BMP"), "bmp"),
}
COLORS = (
    "#c4620a",
    "rebeccapurple",
    "rgb(10 120 90 / 60%)",
    "rgba(184, 53, 127, .8)",
    "hsl(210deg 70% 40%)",
    "hwb(20 10% 30%)",
    "oklch(0.5 0.15 30)",
    "lab(40% 50 -40)",
    "color(display-p3 0.8 0.1 0.2)",
    "#fff8",
    "white",
    "rgb(0, 0, 0)",
    "no colour",
    "var(--page)",
    "inherit",
    "currentcolor",
)


SHALOM = "\u05e9\u05dc\u05d5\u05dd"


def samples() -> list[dict[str, Any]]:
    """Return samples for `compared.placed`."""
    found: list[dict[str, Any]] = [
        {"name": name, "kind": {"type": "Image", "src": url_of(*made), "alt": name}}
        for name, made in PICTURES.items()
    ]
    plain = url_of(*PICTURES["PNG"])
    shapes = {
        "a tall box": (60, 92),
        "a flat box": (186, 30),
        "a small picture in a large box": (186, 92),
    }
    for name, (width, height) in shapes.items():
        at = {"width": width, "height": height}
        found.append({"name": name, "kind": {"type": "Image", "src": plain}, "at": at})
    for turn in (15, 90, 200, -45):
        at = {"width": 90, "height": 60, "rotation": turn}
        found.append(
            {"name": f"turned by {turn}", "kind": {"type": "Image", "src": plain}, "at": at}
        )
    found += [
        {
            "name": f"text turned by {turn}",
            "content": f"Turned text, {SHALOM}!",
            "width": 120,
            "at": {"height": 40, "rotation": turn},
        }
        for turn in (20, 180)
    ]
    return found


def colored() -> list[dict[str, Any]]:
    """Return texts and notes in many colours."""
    found = [
        {"name": color, "content": f"in {color}", "color": color, "size": 20} for color in COLORS
    ]
    for color in (
        "#ffe08a",
        "lightblue",
        "black",
        "oklch(0.9 0.1 150)",
        "no colour",
        "rgb(255 0 0 / 40%)",
    ):
        note = {"type": "Note", "content": f"Note in {color}\n{SHALOM}!", "color": color}
        found.append({"name": f"note in {color}", "kind": note})
    return found
