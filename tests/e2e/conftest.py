"""Real Chromium windows with fake cameras, each of its own colour."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

from support.browsers.chromium import executable
from support.browsers.desk import Desk
from support.browsers.violations import VIOLATIONS, Violations
from support.browsers.window import (
    COLORS,
    FLAGS,
    PAST_LOBBY,
    PATIENCE_MS,
    Open,
    Window,
    write_picture,
)
from support.servers.nats import cluster_of_nodes
from support.servers.server import Server, running

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def nodes(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[list[Server]]:
    """The real server; with `--nodes N` as several nodes, over which the windows are spread."""
    folder, count = tmp_path_factory.mktemp("data"), int(pytestconfig.getoption("nodes") or 1)
    if count == 1:
        with running(folder) as server:
            yield [server]
    else:
        with cluster_of_nodes(folder) as town:
            yield [town.node() for _ in range(count)]


@pytest.fixture(scope="session")
def server(nodes: list[Server]) -> Server:
    """The real server, or one node of it."""
    return nodes[0]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of the browsers."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(autouse=True)
def violations() -> Iterator[Violations]:
    """Violations of the page's policy: one that the test did not expect fails it."""
    VIOLATIONS.begin()
    yield VIOLATIONS
    assert VIOLATIONS.unexpected == []


@pytest.fixture(scope="session")
def browsers(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Browser]]:
    """A Chromium process for each colour, since the fake camera is one of a process."""
    folder = tmp_path_factory.mktemp("pictures")
    launched: dict[str, Browser] = {}
    for name, yuv in COLORS.items():
        write_picture(folder / f"{name}.y4m", yuv)
        launched[name] = playwright.chromium.launch(
            executable_path=executable(),
            args=[*FLAGS, f"--use-file-for-fake-video-capture={folder / name}.y4m"],
        )
        VIOLATIONS.watch(launched[name])
    yield launched
    for browser in launched.values():
        browser.close()


@pytest.fixture
def open_window(
    browsers: dict[str, Browser],
    server: Server,
    nodes: list[Server],
    request: pytest.FixtureRequest,
) -> Iterator[Open]:
    """Open windows: `open_window("red", session="s", query="name=Ada")`."""
    contexts: dict[BrowserContext, str] = {}
    windows: list[Window] = []
    turns = cycle(nodes if server in nodes else [server])

    def open_window(
        color: str,
        session: str | None = None,
        query: str = "",
        *,
        token: str = "",
        path: str = "",
        becomes: str = "open",
        camera: bool = True,
        at: Server | None = None,
        context: BrowserContext | None = None,
        lobby: bool = False,
        **options: Any,
    ) -> Window:
        if context is None:
            context = browsers[color].new_context(**options)
            url = contexts[context] = (at or next(turns)).url
            if camera:
                context.grant_permissions(["camera", "microphone"], origin=url)
        else:
            url = at.url if at else contexts.get(context, server.url)
        name = session or request.node.name.replace("[", "-").replace("]", "")[:60]
        window = Window(context.new_page(), color)
        windows.append(window)
        if not lobby:
            window.page.add_init_script(PAST_LOBBY)
        fragment = f"#token={token}" if token else ""
        window.page.goto(f"{url}{path or f'/s/{name}'}?{query}&debug=1{fragment}")
        window.wait_connection(becomes)
        return window

    yield open_window
    failed = getattr(request.node, "failed", False)
    for number, window in enumerate(windows):
        if failed and not window.page.is_closed():
            window.picture(f"failed-{request.node.name[:60]}-{number}")
            print(f"--- window {number} ({window.color})\n{window.explain()}")
    complaints = [complaint for window in windows for complaint in window.complaints]
    for context in contexts:
        context.close()
    assert complaints == [] or failed, complaints


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Let fixtures know whether the test failed, to keep its pictures."""
    report = yield
    if report.when == "call":
        item.failed = report.failed  # type: ignore[attr-defined]
    return report


@pytest.fixture
def desk(open_window: Open) -> Desk:
    """Ada and Bob on one empty canvas."""
    ada = open_window("red", query="name=Ada")
    bob = open_window("green", query="name=Bob")
    ada.sees(bob)
    return Desk(ada, bob)
