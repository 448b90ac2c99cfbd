"""Names of canvases that somebody may have meant by an address that is none. Pure."""

import re
import unicodedata
from urllib.parse import unquote

from canvas_server.protocol.fields import SESSION_PATTERN

MAX_NAME = 64
GENERATED = 16
"""Characters of a name that the server makes (`site.fresh_session`)."""
_SPELLED = {
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "oe",
    "å": "aa",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "\u0131": "i",
    "ł": "l",
    "þ": "th",
    "ẞ": "SS",
}
"""Letters whose Latin spelling is not what stands below their marks."""
_GREEK = "αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo"  # noqa: RUF001
_CYRILLIC = (
    "аa бb вv гg дd еe жzh зz иi йy кk лl мm нn оo пp рr сs тt уu "  # noqa: RUF001
    "фf хkh цts чch шsh щshch ъ ыy ь эe юyu яya єie іi ґg љlj њnj џdz ђdj јj ћc"  # noqa: RUF001
)
_LATIN = _SPELLED | {pair[0]: pair[1:] for pair in f"{_GREEK} {_CYRILLIC}".split()}
_SPELLING = str.maketrans(
    _LATIN | {small.upper(): latin.title() for small, latin in _LATIN.items() if small != "ß"}
)
_APOSTROPHES = re.compile("['\u2018\u2019\u201b`\u00b4]")
_SEPARATORS = re.compile("[^A-Za-z0-9_-]+")
_NOT_NAMES = ("api", "bundle", "elsewhere", "health", "i", "metrics", "ws")


def is_name(text: str) -> bool:
    """Tell whether a session can have a name."""
    return re.search(SESSION_PATTERN, text) is not None


def spelled(name: str) -> str:
    """Return a name in the characters that names may have; empty: nothing is left of it."""
    text = unicodedata.normalize("NFC", unquote(name)).translate(_SPELLING)
    text = unicodedata.normalize("NFKD", text)
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = text.translate(_SPELLING)  # what had an accent, as in Greek
    text = _SEPARATORS.sub("-", _APOSTROPHES.sub("", text))
    return re.sub("-{2,}", "-", text).strip("-")[:MAX_NAME].strip("-")


def wanted_name(path: str) -> str | None:
    """Return the name of a canvas that a path asks for, right or wrong; None: it asks for none."""
    first, _, rest = path.lstrip("/").partition("/")
    if first.lower() == "s":
        return rest.rstrip("/")
    parts = [part for part in path.split("/") if part]
    if not parts or len(parts) > 2 or first.lower() in _NOT_NAMES or "." in parts[-1]:
        return None
    return parts[-1]


def suggested_names(path: str) -> list[str]:
    """Return names of canvases that a path may mean, the likeliest first."""
    wanted = wanted_name(path) or ""
    together = re.sub(r"\s+", "", unquote(wanted))
    # A mail client breaks long words: what the server has made is put together again.
    broken = together if len(together) == GENERATED and together != wanted else ""
    return [name for name in dict.fromkeys((broken, spelled(wanted))) if is_name(name)]
