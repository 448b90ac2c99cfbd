"""Normalising of a picture: all of it is decoded, and what is not seen of it is gone afterwards.

Runs in a process of its own. A picture that holds nothing but itself stays as it is, byte for byte;
metadata are cut out where that leaves every pixel as it was; what is turned, or coloured by a
profile of its own, is encoded anew. To normalise what came of it changes nothing.
"""

import base64
import io
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from PIL import Image, ImageCms, ImageFile, ImageSequence

from canvas_server.core.scene.admission import FORMS, MAX_PIXELS, content_of, objection
from canvas_server.core.scene.rasters import Raster, measure
from canvas_server.pictures import avif, bmp, gif, jpeg, png, webp
from canvas_server.pictures.containers import NORMAL, ORIENTATION, BrokenPicture, Stripped
from canvas_server.protocol.fields import MAX_DATA_URL

BROKEN = "the picture cannot be read ({}): save it anew in a picture editor first"
TOO_LONG = "the picture is too long once it is turned and without metadata: make it smaller first"
MAX_BYTES = (MAX_DATA_URL - 32) // 4 * 3
MAX_REMADE_PIXELS = 48_000_000
"""Of all frames of a picture that is encoded anew: they are all unpacked for it."""
MAX_AVIF_PIXELS = 2_000_000
"""Of those that are encoded as AVIF, which takes long; larger ones become WebP."""

_STRIP: dict[str, Callable[[bytes], Stripped]] = {
    "png": png.strip,
    "jpeg": jpeg.strip,
    "gif": gif.strip,
    "webp": webp.strip,
    "avif": avif.strip,
    "bmp": bmp.strip,
}
_PILLOW = {"png": "PNG", "jpeg": "JPEG", "gif": "GIF", "webp": "WEBP", "avif": "AVIF", "bmp": "BMP"}
_TYPES = {"png": ("png", "apng"), "jpeg": ("jpeg", "jpg", "pjpeg"), "bmp": ("bmp", "x-ms-bmp")}
"""Declared types beside the name of the format."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By Exif's orientation."""
_QUALITIES = (85, 75, 60)
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # type: ignore
_WITH_ALPHA = ("RGBA", "LA", "PA", "La", "RGBa")

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False
warnings.simplefilter("error", Image.DecompressionBombWarning)


class RefusedPicture(Exception):
    """A picture that may not come in; the text says what to do."""


def normalised(src: str) -> str:
    """Return the data URL of a picture as it may come in.

    Raises:
        RefusedPicture: it may not.
        MemoryError: it takes more memory than it is given.
    """
    reason = objection(src)
    if reason is not None:
        raise RefusedPicture(reason)
    essence, data = content_of(src)
    raster = measure(data)
    if raster is None:
        raise RefusedPicture(BROKEN.format("it is none of the formats"))
    try:
        form, kept = _normalised(raster, data)
    except MemoryError:
        raise
    except BrokenPicture as flaw:
        raise RefusedPicture(BROKEN.format(flaw)) from None
    except Exception as flaw:
        raise RefusedPicture(BROKEN.format(type(flaw).__name__)) from flaw
    if len(kept) > MAX_BYTES:
        raise RefusedPicture(TOO_LONG)
    declared = essence.removeprefix("image/")
    is_right = declared in FORMS and declared in _TYPES.get(form, (form,))
    head = f"data:image/{declared if is_right else form};base64,"
    return head + base64.b64encode(kept).decode()


def _normalised(raster: Raster, data: bytes) -> tuple[str, bytes]:
    """Return the format of a picture and its bytes, both perhaps others than they were."""
    stripped = _STRIP[raster.form](data)
    with Image.open(io.BytesIO(stripped.data), formats=[_PILLOW[raster.form]]) as picture:
        frames = _decode(picture, raster)
        if stripped.orientation == NORMAL and stripped.profile is None and not stripped.again:
            return raster.form, stripped.data
        form, encoded = _encoded(picture, frames, raster, stripped)
    final = _STRIP[form](encoded)
    if final.again or final.orientation != NORMAL:
        raise BrokenPicture("it cannot be made anew")
    return form, final.data


def _decode(picture: Image.Image, raster: Raster) -> int:
    """Read every pixel of every frame; return how many frames there are."""
    frames = 0
    for frame in ImageSequence.Iterator(picture):
        frames += 1
        if frames > max(1, raster.passes) or frame.width * frame.height > MAX_PIXELS:
            raise BrokenPicture("it is not as large as it says")
        frame.load()
    return frames


def _encoded(
    picture: Image.Image, frames: int, raster: Raster, stripped: Stripped
) -> tuple[str, bytes]:
    """Encode a picture anew: turned, in sRGB where it had another profile, within the limit."""
    if frames * picture.width * picture.height > MAX_REMADE_PIXELS:
        raise RefusedPicture(TOO_LONG)
    turn = stripped.orientation
    if raster.form == "avif":  # it says so by properties, which Pillow shows as Exif does
        turn = int(picture.getexif().get(ORIENTATION, NORMAL))
    first, *others = [
        _shown(frame, turn, stripped.profile) for frame in ImageSequence.Iterator(picture)
    ]
    timing = _timing(picture) if others else {}
    for form, options in _ways(picture, raster, frames):
        target = io.BytesIO()
        if others:
            options = {**options, "save_all": True, "append_images": others, **timing}
        first.save(target, _PILLOW[form], **options)
        if target.tell() <= MAX_BYTES:
            return form, target.getvalue()
    raise RefusedPicture(TOO_LONG)


def _timing(picture: Image.Image) -> dict[str, Any]:
    times = [int(frame.info.get("duration", 100)) for frame in ImageSequence.Iterator(picture)]
    return {"duration": times, "loop": int(picture.info.get("loop", 0))}


def _ways(
    picture: Image.Image, raster: Raster, frames: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name formats and options to try, the one nearest to the picture first."""
    is_lossless = raster.form in ("png", "bmp", "gif")
    if raster.form == "jpeg":
        tables = getattr(picture, "quantization", None)
        if tables:
            yield "jpeg", {"qtables": list(tables.values()), "optimize": True}
        yield from (("jpeg", {"quality": quality, "optimize": True}) for quality in _QUALITIES)
        return
    if is_lossless:
        yield "png", {}
    if raster.form == "avif" and picture.width * picture.height <= MAX_AVIF_PIXELS:
        yield "avif", {"quality": 80, "speed": 9, "max_threads": 1}
    if (is_lossless or raster.form == "webp") and frames == 1:
        yield "webp", {"lossless": True, "method": 1, "quality": 20}
    yield from (("webp", {"quality": quality, "method": 2}) for quality in (90, *_QUALITIES))


def _shown(frame: Image.Image, turn: int, profile: bytes | None) -> Image.Image:
    """Return a frame as it is seen, with nothing beside its pixels."""
    seen = frame.copy()
    if profile is not None:
        seen = _in_srgb(seen, profile)
    if turn in _TURNS:
        seen = seen.transpose(_TURNS[turn])
    transparency = seen.info.get("transparency")
    seen.info = {} if transparency is None else {"transparency": transparency}
    return seen


def _in_srgb(frame: Image.Image, profile: bytes) -> Image.Image:
    """Convert the colours of a frame; a profile that cannot be used changes nothing."""
    alpha = None
    if frame.mode == "P" or frame.mode in _WITH_ALPHA or "transparency" in frame.info:
        frame = frame.convert("RGBA")
        alpha = frame.getchannel("A")
        frame = frame.convert("RGB")
    target = "L" if frame.mode == "L" else "RGB"
    if target == "L":
        return frame.convert("L")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(frame, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        converted = frame.convert("RGB")
    frame = converted if converted is not None else frame
    frame.info.pop("icc_profile", None)
    if alpha is not None:
        frame.putalpha(alpha)
    return frame
