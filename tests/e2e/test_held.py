"""Script in everything that people can put down is text in the page, wherever it is shown."""

import json
from typing import Any

import pytest
from playwright.sync_api import Dialog, expect

from support.browsers.window import Open
from support.servers.server import RawSocket, Server, post

SCRIPTS = (
    "<script>window.broken='script'</script>",
    "<img src=x onerror=\"window.broken='img'\">",
    "<svg onload=\"window.broken='svg'\">",
    '"><iframe srcdoc="<script>parent.broken=\'frame\'</script>">',
    "{{constructor.constructor('window.broken=1')()}}",
    "javascript:window.broken='address'",
)
WRITTEN = """() => [...document.querySelectorAll('body script, script:not([src]) ~ script:not([src]), \
iframe, img[src=x], svg[onload], \
a[href^="javascript"], [onerror], [onload]')].map(node => node.outerHTML.slice(0, 200))"""


def kinds() -> list[dict[str, Any]]:
    """Elements that have script wherever they have text."""
    made: list[dict[str, Any]] = []
    for text in SCRIPTS:
        cells = {"labels": [text, "b"], "series": [{"name": text, "values": [1, 2]}], "title": text}
        made += [
            {"type": "Text", "content": text, "color": text[:64]},
            {"type": "Note", "content": text, "color": text[:64]},
            {"type": "Chart", "chart_type": "bar", "data": cells},
            {"type": "Chart", "chart_type": text[:32], "data": {"html": text}},
            {"type": "Image", "src": "https://example.invalid/x", "alt": text},
        ]
    return made


@pytest.mark.rule("ATK1")
def test_script_is_text_on_the_canvas_and_in_every_panel(open_window: Open, server: Server) -> None:
    session = "held"
    add = [
        {"kind": kind, "transform": {"x": 150 * (at % 6), "y": 120 * (at // 6)}}
        for at, kind in enumerate(kinds())
    ]
    assert post(server, {"session_id": session, "add": add})[0] == 200
    with RawSocket(server) as guest:
        guest.join(session, display_name=SCRIPTS[1][:64])
        window = open_window("red", session=session, query="name=Ada")
        page = window.page
        dialogs: list[str] = []

        def close(dialog: Dialog) -> None:
            dialogs.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", close)
        expect(page.get_by_text(SCRIPTS[0]).first).to_be_visible()
        expect(page.locator("[data-element-id]")).to_have_count(len(add))
        for panel in ("Elements", "History", "Save", "People"):
            page.get_by_role("tab", name=panel, exact=True).click()
            assert page.evaluate(WRITTEN) == [], panel
        target = json.dumps(page.evaluate("window.signalingManager.peerId"))
        guest.send(
            {"type": "start_call", "target_peer_id": json.loads(target), "session_id": session}
        )
        page.locator('[data-action="accept"]').first.wait_for(state="attached")
        assert page.evaluate(WRITTEN) == []
        assert page.evaluate("window.broken") is None
        assert dialogs == []
