"""Waiting for what becomes true in a page, under the content security policy of the page."""

import re
from typing import Any

from playwright.sync_api import Frame, JSHandle, Page

PATIENCE_MS = 45_000
"""Against hanging only: on a machine with other things to do a picture may take its time."""
_FUNCTION = re.compile(r"\s*(\w+|\([^()]*\))\s*=>")


def until(
    page: Page | Frame,
    condition: str,
    arg: Any = None,
    *,
    timeout: float = PATIENCE_MS,
    polling: float | None = None,
) -> JSHandle:
    """Wait until a condition is true: an expression, or a function of `arg`.

    Playwright makes a function once, by the debugger, and calls it again and again. An expression
    it would evaluate anew each time by the page's own `eval`, which the page's policy forbids: so
    it becomes a function. An asynchronous function is no condition, its promise counts as true.
    """
    function = condition if _FUNCTION.match(condition) else f"() => ({condition})"
    return page.wait_for_function(
        function, arg=arg, timeout=timeout, polling="raf" if polling is None else polling
    )
