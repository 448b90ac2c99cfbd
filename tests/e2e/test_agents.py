"""An agent at the table, as people see it: it draws, proposes, asks, is paused and undone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from support.browsers.axe import accessible
from support.browsers.conditions import until
from support.browsers.window import Open, Window
from support.servers.invitations import SECRET, token
from support.servers.server import RawSocket, Server, running

NOTE = {"type": "Note", "content": "Hello"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data: Path = tmp_path_factory.mktemp("house") / "data"
    with running(data, env={"CANVAS_AUTH_SECRET": SECRET}) as server:
        yield server


def added(element_id: str, x: float) -> dict[str, Any]:
    place = {"x": x, "y": 0, "width": 200, "height": 200}
    return {"op": "add", "element": {"id": element_id, "kind": NOTE, "transform": place}}


def element(window: Window, element_id: str) -> Locator:
    return window.page.locator(f'[data-element-id="{element_id}"]')


@pytest.mark.rule("AGT4", "AGT5", "AGT6", "AGT7", "AGT9", "AGT14")
def test_an_agent_is_seen_bounded_and_undone(open_window: Open, house: Server) -> None:
    session = "agents"
    bearer = token("--session", session, "--role", "moderate", "--name", "Grace")
    grace = open_window("red", session=session, at=house, token=bearer)
    page = grace.page
    with RawSocket(house) as ada:
        agent = token("--session", session, "--role", "agent", "--name", "Ada")
        ada_id = ada.join(session, token=agent)
        entry = page.locator(f'[data-agent="{ada_id}"]')
        expect(entry).to_contain_text("Ada")
        expect(page.locator(f'[data-peer-id="{ada_id}"] [data-action="call"]')).to_be_hidden()
        ada.send({"type": "thinking", "text": "reading the notes"})
        expect(entry).to_contain_text("reading the notes")
        grace.picture("agents")
        accessible(grace, "agents")

        # What it proposes is there when it is accepted, in part or whole.
        ada.send({"type": "propose", "operations": [added("one", 0)], "text": "A greeting"})
        card = page.locator("[data-proposal]")
        expect(card).to_contain_text("A greeting")
        expect(page.locator(".proposed")).to_have_count(1)
        expect(element(grace, "one")).to_have_count(0)
        grace.picture("proposal")
        card.locator('[data-action="accept"]').click()
        expect(element(grace, "one")).to_be_visible()
        expect(card).to_have_count(0)
        expect(page.locator(".proposed")).to_have_count(0)
        ada.send({"type": "propose", "operations": [added("two", 300)]})
        card.locator('[data-action="refuse"]').click()
        expect(card).to_have_count(0)
        expect(element(grace, "two")).to_have_count(0)

        # A question is answered by a press, and another one takes its place.
        ada.send({"type": "ask", "text": "Which one?", "choices": ["This", "That"]})
        question = page.locator("[data-question]")
        question.get_by_role("button", name="That").click()
        assert ada.until("question_answered")["choice"] == 1
        expect(question.get_by_role("button", name="That")).to_have_attribute(
            "aria-pressed", "true"
        )
        question.get_by_role("button", name="This").click()
        assert ada.until("question_answered")["choice"] == 0

        # Paused it changes nothing; one press takes back what it did, and nothing of others.
        entry.locator('[data-action="pause-agent"]').click()
        expect(entry).to_contain_text("paused")
        ada.send(
            {"type": "add_element", "element": added("three", 0)["element"], "message_id": "m"}
        )
        assert ada.until("error")["code"] == "agent_paused"
        entry.locator('[data-action="pause-agent"]').click()
        expect(entry).not_to_contain_text("paused")
        undo = entry.locator('[data-action="undo-agent"]')
        undo.click()
        expect(element(grace, "one")).to_have_count(0)
        expect(page.locator(".notice")).to_contain_text("taken back")
        expect(undo).to_be_disabled()
        entry.locator('[data-action="remove-agent"]').click()
        until(page, f"document.querySelector('[data-agent=\"{ada_id}\"]') === null")
        expect(question).to_have_count(0)
