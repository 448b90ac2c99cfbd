"""Pictures as every program draws them: what browsers do by themselves is done to them before.

Pictures are turned as Exif says, coloured as their profile says, and of several frames the first is
taken. One that needs none of it is embedded byte for byte.
"""

import base64
import binascii
import io
import re
import warnings
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from PIL import Image, ImageCms, ImageOps

from canvas_server.core.scene.rasters import Raster, measure
from canvas_server.export.budget import MOST_PIXELS, Budget

_AS_THEY_ARE = ("png", "jpeg", "gif")
_MOST_REMADE = 4_000_000
"""Pixels of a picture that is encoded anew: half of what the largest PNG of a canvas has."""
_AS_JPEG = 500_000
"""Pixels of an opaque picture from which it is embedded as JPEG: as PNG it would be very large."""
_QUALITY = 90
_DATA_URL = re.compile(r"data:image/([a-z+.-]+)((?:;[^;,]*)*),", re.IGNORECASE)
_ORIENTATION = 0x0112
_DEEP = ("I", "I;16", "I;16B", "I;16L")
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP")
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # type: ignore

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


def embedded(src: str, budget: Budget) -> str | None:
    """Return a picture as a data URL anew; None when it is none that may be shown."""
    head = _DATA_URL.match(src)
    if head is None:
        return None
    data = _content(head[2], src[head.end() :])
    raster = None if data is None else measure(data)
    if data is None or raster is None or raster.intricate or not budget.take_picture(raster):
        return None
    try:
        made = _plain(data, raster, budget)
    except Exception:  # noqa: BLE001 - whatever a decoder finds in a picture, it is a frame then
        return None
    return f"data:image/{made[0]};base64,{base64.b64encode(made[1]).decode()}"


def _content(parameters: str, body: str) -> bytes | None:
    try:
        if parameters.lower().endswith(";base64"):
            return base64.b64decode("".join(unquote(body).split()), validate=True)
        return unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        return None


def _plain(data: bytes, raster: Raster, budget: Budget) -> tuple[str, bytes]:
    """Return a picture and its format so that it needs nothing but to be drawn."""
    with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
        picture: Any = opened
        frames = getattr(picture, "n_frames", 1)
        if frames > 1 and raster.form != "avif":
            budget.missing.add("animation")
        is_plain = (
            raster.form in _AS_THEY_ARE
            and frames == 1
            and picture.mode in ("1", "L", "LA", "P", "RGB", "RGBA")
            and picture.getexif().get(_ORIENTATION, 1) == 1
            and "icc_profile" not in picture.info
        )
        if is_plain:
            picture.load()  # what is broken is a frame, as on the page
            return raster.form, data
        picture.seek(0)
        return _encoded(_smaller(ImageOps.exif_transpose(_colored(picture))))


def _colored(picture: Any) -> Any:
    """Return a picture in sRGB."""
    profile = picture.info.get("icc_profile")
    if picture.mode in _DEEP:
        return picture.convert("I").point(_eight_bits).convert("L")
    has_alpha = "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA", "La", "RGBa")
    wanted = "RGBA" if has_alpha else "RGB"
    if profile:
        try:
            return _profiled(picture, profile, wanted)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a profile that is broken, or is not of such a picture: browsers ignore it, too
    return picture.convert(wanted)


def _eight_bits(value: Any) -> Any:
    """Return a grey of 8 bits for one of 16."""
    return value * (1 / 257)


def _profiled(picture: Any, profile: bytes, wanted: str) -> Any:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if picture.mode == "CMYK":
        return ImageCms.profileToProfile(picture, source, _SRGB, outputMode="RGB")
    alpha = picture.convert("RGBA").getchannel("A") if wanted == "RGBA" else None
    mode = "L" if picture.mode in ("L", "LA", "1") else "RGB"
    colored: Any = ImageCms.profileToProfile(picture.convert(mode), source, _SRGB, outputMode="RGB")
    if alpha is not None:
        colored.putalpha(alpha)
    return colored


def _smaller(picture: Any) -> Any:
    """Return a picture of a bounded size: its own was that of a better packed one."""
    ratio = (_MOST_REMADE / (picture.width * picture.height)) ** 0.5
    if ratio < 1:
        size = (max(1, int(picture.width * ratio)), max(1, int(picture.height * ratio)))
        return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2)
    return picture


def _encoded(picture: Any) -> tuple[str, bytes]:
    target = io.BytesIO()
    picture.info.clear()
    if picture.mode == "RGB" and picture.width * picture.height >= _AS_JPEG:
        picture.save(target, "JPEG", quality=_QUALITY, subsampling=0)
        return "jpeg", target.getvalue()
    picture.save(target, "PNG", compress_level=1)
    return "png", target.getvalue()
