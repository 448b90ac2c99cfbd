"""Content security policies (CSP level 3) of what the server sends to browsers.

What a script that got into the page could do is bounded by them: run nothing that is not here, and
reach nobody but this server. Why each is as it is: docs/adr/0025.
"""

import base64
import hashlib
import re

_MODEL_VIEWER_STYLE = "'sha256-PXtZZkJMMyc18o/DN1ZEFOJ2qEGq95IQbVaJFMOXOb0='"
"""The one style sheet that model-viewer writes into the page as text."""
_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


def _policy(directives: dict[str, str]) -> bytes:
    return "; ".join(f"{name} {value}".rstrip() for name, value in directives.items()).encode()


def _sources(*sources: str) -> str:
    return " ".join(sources) or "'none'"


def _hashes(document: str, element: str) -> list[str]:
    """Return the sources of what stands in the elements of a name."""
    contents = (content for name, content in _INLINE.findall(document) if name == element)
    digests = (hashlib.sha256(content.encode()).digest() for content in contents)
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def page_policy(document: str, ancestors: tuple[str, ...] = ()) -> bytes:
    """Return the policy of a page, which sites of `ancestors` may embed.

    What stands in its document itself is named by its hash: nothing else that does is run.
    """
    return _policy(
        {
            "default-src": "'none'",
            "script-src": _sources("'self'", *_hashes(document, "script")),
            "style-src": _sources("'self'", *_hashes(document, "style"), _MODEL_VIEWER_STYLE),
            "font-src": "'self'",
            # What has been read into the page already is `data:` or `blob:`; no server hears of it.
            "img-src": "'self' data: blob:",
            "media-src": "'self' blob:",
            "connect-src": "'self' data: blob:",  # 'self' has the WebSocket of this host in it
            "frame-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": " ".join(("'self'", *ancestors)),
            # Text becomes markup or the address of a script in these two alone: web/lib/trusted.js,
            # and lit in model-viewer.
            "require-trusted-types-for": "'script'",
            "trusted-types": "canvas-server lit-html",
        }
    )


PAGE_POLICY = page_policy("")
"""For every answer that has none of its own."""


def problem_policy(document: str, ancestors: tuple[str, ...] = ()) -> bytes:
    """Return the policy of a page that says what is wrong: it has one style, and runs nothing."""
    return _policy(
        {
            "default-src": "'none'",
            "style-src": _sources(*_hashes(document, "style")),
            "img-src": "'self'",  # the icon that browsers look for by themselves
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": " ".join(("'self'", *ancestors)),
        }
    )


def elsewhere_policy(document: str, ancestors: tuple[str, ...] = ()) -> bytes:
    """Return the policy of the document that shows what lies on other servers.

    It alone reaches other hosts, and is of no origin: it reads nothing of the page, of its storage
    or of this server. Its script and style stand in it and are named by their hashes, since as a
    stranger it may load none. `ancestors` embed the page that embeds it.
    """
    return _policy(
        {
            "default-src": "'none'",
            "script-src": _sources(*_hashes(document, "script")),
            "style-src": _sources(*_hashes(document, "style")),
            "img-src": "https: http:",
            "connect-src": "https: http:",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": " ".join(("'self'", *ancestors)),
            "sandbox": "allow-scripts",
        }
    )
