"""Calls between two homes behind NAT, on networks that fail as networks do."""

import contextlib
import re
import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect

from support.browsers.axe import accessible
from support.browsers.conditions import until
from support.browsers.watch import Watch, call, excuse_sockets, keep_result, patience
from support.browsers.window import COLORS, FLAGS, OUTPUT, PATIENCE_MS, Open, Window, write_picture
from support.networks import namespaces as laboratory
from support.networks.namespaces import PUBLIC, NetworkLab
from support.networks.proxy import Proxy
from support.servers.bots import BotProcess, as_window, session_of
from support.servers.server import Server

HOME_OF = {"red": "a", "green": "b"}
PORT, PROXY_PORT = 9473, 9474
TURN_PORT, DEAF_TURN_PORT = 3479, 3480
SECRET = "secret of the turn servers"


@pytest.fixture(scope="module")
def lab() -> Iterator[NetworkLab]:
    """The networks."""
    lacking = laboratory.lacking()
    if lacking:
        pytest.skip(lacking)
    with NetworkLab() as lab:
        yield lab


@pytest.fixture(scope="module")
def server(lab: NetworkLab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server, on the public host, beside a STUN server."""
    folder = tmp_path_factory.mktemp("public")
    stun = lab.start_stun(folder)
    options = ["--open", "--host", PUBLIC, "--port", str(PORT), "--stun-urls", stun]
    with lab.inside("pub"):
        server = Server(folder / "data", *options)
    yield server
    server.close()


@pytest.fixture
def proxy(lab: NetworkLab, server: Server) -> Iterator[Proxy]:
    """A proxy on the public host, to cut the sockets of pages."""
    with lab.inside("pub"):
        proxy = Proxy(server.port, host=PUBLIC, port=PROXY_PORT)
    with proxy:
        yield proxy


@pytest.fixture(scope="module")
def browsers(
    lab: NetworkLab, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Browser]]:
    """A Chromium in each home."""
    folder = tmp_path_factory.mktemp("homes")
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    origins = ",".join(f"http://{PUBLIC}:{port}" for port in range(PORT, PORT + 30))
    launched: dict[str, Browser] = {}
    for color, home in HOME_OF.items():
        picture = folder / f"{color}.y4m"
        write_picture(picture, COLORS[color])
        launched[color] = playwright.chromium.launch(
            executable_path=lab.command(home, chromium, folder),
            args=[
                *FLAGS,
                f"--use-file-for-fake-video-capture={picture}",
                f"--unsafely-treat-insecure-origin-as-secure={origins}",
            ],
        )
    yield launched
    for browser in launched.values():
        browser.close()


@pytest.fixture(autouse=True)
def calm(lab: NetworkLab) -> Iterator[None]:
    """Leave networks that work; addresses may stay new, browsers drop requests when they change."""
    yield
    for home in HOME_OF.values():
        lab.repair(home)
        lab.plug(home)
        lab.route(home)


# The description and the candidates that a page has from another one, as text.
ALL_THAT_IS_KNOWN_OF = """async id => {
    const pc = signalingManager.peerConnections.get(id);
    const stats = [...(await pc.getStats()).values()];
    const remote = stats.filter(({type}) => type === 'remote-candidate');
    return pc.remoteDescription.sdp + JSON.stringify(remote);
}"""


def meet(open_window: Open, at: Proxy | None = None) -> tuple[Window, Window]:
    """Two windows, one in each home."""
    ada = open_window("red", query="name=Ada", at=at)
    bob = open_window("green", query="name=Bob", at=at)
    return ada, bob


def recovered(name: str, since: float, watches: tuple[Watch, Watch]) -> None:
    """Wait until a call is itself again, with nobody doing anything; keep how long it took."""
    keep_result(name, max(watch.steady(since, seconds=min(80, patience(40))) for watch in watches))
    for watch in watches:
        print(f"{name}: {watch.states}")
        assert "ended" not in watch.states


def route(window: Window, other: Window) -> list[str]:
    """The types of the two candidates between which the media of a call go."""
    return window.page.evaluate(
        """async id => {
            const stats = await signalingManager.peerConnections.get(id).getStats();
            const {selectedCandidatePairId} =
                [...stats.values()].find(({type}) => type === 'transport');
            const {localCandidateId, remoteCandidateId} = stats.get(selectedCandidatePairId);
            return [localCandidateId, remoteCandidateId].map(id => stats.get(id).candidateType);
        }""",
        other.peer_id,
    )


def test_two_homes_behind_nat_see_each_other(open_window: Open) -> None:
    ada, bob = meet(open_window)
    started = time.time()
    call(ada, bob)
    keep_result("call between two homes", time.time() - started)
    ada.shows(bob)
    bob.shows(ada)
    assert set(route(ada, bob)) <= {"srflx", "prflx"}, "there is no way but through the routers"


@pytest.mark.nightly
def test_a_bad_line_carries_a_call_and_a_resumed_socket(
    open_window: Open, lab: NetworkLab, proxy: Proxy
) -> None:
    """A tenth of all packets lost each way, and 200 ms from one home to the other and back."""
    ada, bob = meet(open_window, at=proxy)
    lab.impair("a", loss=0.1, round_trip=0.2)
    started = time.time()
    watches = call(ada, bob)
    keep_result("call on a bad line", time.time() - started)
    started = time.time()
    proxy.cut()
    for watch in watches:
        watch.returned()
    keep_result("socket resumed on a bad line", time.time() - started)
    for watch in watches:
        watch.untouched()
    ada.press("hangup", bob)
    ada.wait_clear()
    bob.wait_clear()
    excuse_sockets(ada, bob)


@pytest.mark.nightly
def test_the_page_says_what_the_line_loses(open_window: Open, lab: NetworkLab) -> None:
    """A tenth of all packets, as the line counts them."""
    ada, bob = meet(open_window)
    call(ada, bob)
    sign = ada.tile(bob).locator(".tile-signal")
    expect(sign).to_be_visible()
    lab.impair("a", loss=0.1, round_trip=0.02)
    sign.click()
    for figure in ("lossIn", "lossOut"):
        loss = ada.page.locator(f'[data-figure="{figure}"]')
        expect(loss).to_have_text(re.compile(r"^([5-9]|1[0-5])(\.\d)?%$"))
    expect(sign).to_have_attribute("data-level", re.compile("fair|poor"))
    expect(ada.page.locator(".calls-rating")).to_have_text(re.compile("^(Fair|Poor): "))
    expect(ada.page.locator('[data-figure="path"]')).to_have_text(re.compile("NAT.*, UDP$"))
    ada.picture("monitor-loss")


@pytest.mark.nightly
def test_both_are_told_whose_line_makes_a_call_poor(open_window: Open, lab: NetworkLab) -> None:
    """Ada's: her calls with both of the other home suffer, theirs within it does not."""
    ada, bob = meet(open_window)
    cem = open_window("green", query="name=Cem")
    for caller, callee in ((ada, bob), (ada, cem), (bob, cem)):
        caller.sees(callee)
        callee.sees(caller)
        call(caller, callee)
    lab.impair("a", loss=0.3, round_trip=0.02)
    said(ada, "The calls with Bob and Cem are poor. Packets get lost on your side.")
    said(bob, "The call with Ada is poor. Packets get lost on the side of Ada.")
    said(cem, "The call with Ada is poor. Packets get lost on the side of Ada.")
    expect(bob.page.locator("#notices")).not_to_contain_text("Cem")
    ada.tile(bob).locator(".tile-signal").click()
    expect(ada.page.locator(".calls-diagnosis")).to_contain_text("Packets get lost on your side.")
    ada.picture("monitor-poor")
    lab.repair("a")
    expect(bob.page.locator("#notices")).not_to_contain_text("is poor")


@pytest.mark.nightly
@pytest.mark.parametrize("what", ["computer", "router"])
def test_a_call_outlives_five_seconds_without_network(
    open_window: Open, lab: NetworkLab, what: str
) -> None:
    """The computer notices that its own link is gone, but not that the line of its router is."""
    ada, bob = meet(open_window)
    watches = call(ada, bob)
    if what == "computer":
        lab.unplug("a")
        time.sleep(5)
        lab.plug("a")
    else:
        lab.impair("a", loss=1, round_trip=0)
        time.sleep(5)
        lab.repair("a")
    started = time.time()
    recovered(f"call after 5 s without network at the {what}", started, watches)
    excuse_sockets(ada, bob)


@pytest.mark.nightly
@pytest.mark.parametrize("whose", ["computer", "router"])
def test_a_call_follows_to_another_address(open_window: Open, lab: NetworkLab, whose: str) -> None:
    """As from one network to the next: the old address goes, another one comes."""
    ada, bob = meet(open_window)
    watches = call(ada, bob)
    started = time.time()
    if whose == "computer":
        lab.move("a", 3)
    else:
        lab.renumber("a", 21)
    recovered(f"call at another address of the {whose}", started, watches)
    ada.wait_connection("open")
    excuse_sockets(ada, bob)


# --- calls that cannot come about, and what is said of them ---------------------------------------

Servers = Callable[..., Server]


@pytest.fixture(scope="module")
def servers(lab: NetworkLab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Further servers on the public host, each with ICE servers of its own."""
    started: list[Server] = []

    def start(*options: str) -> Server:
        port = PORT + 2 + len(started)
        where = ["--open", "--host", PUBLIC, "--port", str(port)]
        with lab.inside("pub"):
            data = tmp_path_factory.mktemp("public") / "data"
            started.append(Server(data, *where, *options))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture(scope="module")
def turn(lab: NetworkLab, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A TURN server, and one that passes nothing on."""
    folder = tmp_path_factory.mktemp("turn")
    deaf = "denied-peer-ip=0.0.0.0-255.255.255.255\n"
    return {
        "good": lab.start_turn(folder, TURN_PORT, SECRET),
        "deaf": lab.start_turn(folder, DEAF_TURN_PORT, SECRET, deaf),
        "absent": f"turn:{PUBLIC}:9",
    }


def only_relayed(lab: NetworkLab, servers: Servers, turn: str, secret: str = SECRET) -> Server:
    """A server between homes whose routers let nothing through directly."""
    for home in HOME_OF.values():
        lab.route(home, symmetric=True)
    return servers("--stun-urls", "", "--turn-urls", turn, "--turn-secret", secret)


@contextlib.contextmanager
def bot_at(lab: NetworkLab, home: str, window: Window, at: Server) -> Iterator[BotProcess]:
    """A bot in another home, that calls the person in a window."""
    with lab.inside(home):
        process = BotProcess(at, session_of(window), "--call", "Ada")
    try:
        yield process
    finally:
        process.close()


def said(window: Window, words: str) -> None:
    expect(window.page.locator("#notices")).to_contain_text(words)


def try_call(open_window: Open, at: Server | None = None) -> tuple[Window, Window]:
    """Call and accept; whether media come through remains to be seen."""
    ada = open_window("red", query="name=Ada", at=at)
    bob = open_window("green", query="name=Bob", at=at)
    ada.sees(bob)
    ada.press("call", bob)
    bob.press("accept")
    return ada, bob


@pytest.mark.nightly
def test_both_are_told_whose_network_blocks_udp(
    open_window: Open, lab: NetworkLab, server: Server
) -> None:
    lab.route("b", udp=False)
    ada, bob = try_call(open_window)
    said(ada, "The network on the side of Bob blocks UDP, and no TURN server is configured.")
    said(bob, "The network on your side blocks UDP, and no TURN server is configured.")
    ada.picture("diagnosis")


@pytest.mark.nightly
def test_both_are_told_that_their_routers_do_not_fit(
    open_window: Open, lab: NetworkLab, server: Server
) -> None:
    for home in HOME_OF.values():
        lab.route(home, symmetric=True)
    for window in try_call(open_window):
        said(window, "The routers of your two networks let nothing through directly")


def test_a_turn_server_carries_what_routers_do_not(
    open_window: Open, lab: NetworkLab, servers: Servers, turn: dict[str, str]
) -> None:
    at = only_relayed(lab, servers, turn["good"])
    ada, bob = try_call(open_window, at)
    ada.shows(bob)
    bob.shows(ada)
    assert "relay" in route(ada, bob)
    expect(ada.page.locator("#notices")).not_to_contain_text("does not come about")


@pytest.mark.nightly
def test_a_network_without_udp_is_reached_by_tcp(
    open_window: Open, lab: NetworkLab, servers: Servers, turn: dict[str, str]
) -> None:
    lab.route("b", udp=False)
    turns = f"{turn['good']} {turn['good']}?transport=tcp"
    at = servers("--stun-urls", "", "--turn-urls", turns, "--turn-secret", SECRET)
    ada, bob = try_call(open_window, at)
    ada.shows(bob)
    bob.shows(ada)
    assert route(bob, ada)[0] == "relay"


@pytest.mark.nightly
@pytest.mark.rule("SIG15", "SIG16")
def test_where_calls_are_relayed_no_address_is_told(
    open_window: Open, lab: NetworkLab, server: Server, servers: Servers, turn: dict[str, str]
) -> None:
    """Meanwhile the credentials are renewed."""
    stun = turn["good"].replace("turn:", "stun:")
    at = servers(
        *("--stun-urls", stun, "--turn-urls", turn["good"], "--turn-secret", SECRET),
        *("--relay-only", "test_where_*", "--turn-seconds", "20"),
    )
    ada, bob = try_call(open_window, at)
    ada.shows(bob)
    bob.shows(ada)
    for window, other in ((ada, bob), (bob, ada)):
        assert route(window, other) == ["relay", "relay"]
        told = window.page.evaluate(ALL_THAT_IS_KNOWN_OF, other.peer_id)
        found = set(re.findall(r"\d+\.\d+\.\d+\.\d+|\S+\.local", told))
        assert found <= {PUBLIC, "0.0.0.0", "127.0.0.1"}
    user = (
        "id => signalingManager.peerConnections.get(id).getConfiguration().iceServers[1].username"
    )
    first = ada.page.evaluate(user, bob.peer_id)
    until(
        ada.page,
        f"([id, first]) => ({user})(id) !== first",
        arg=[bob.peer_id, first],
        timeout=PATIENCE_MS,
    )
    ada.shows(bob)


@pytest.mark.nightly
def test_a_bot_talks_through_a_turn_server(
    open_window: Open, lab: NetworkLab, servers: Servers, turn: dict[str, str]
) -> None:
    at = only_relayed(lab, servers, turn["good"])
    ada = open_window("red", query="name=Ada", at=at)
    with bot_at(lab, "b", ada, at) as process:
        ada.press("accept")
        process.says("connected with Ada")
        seen = as_window(ada, "green")
        ada.shows(seen)
        assert "relay" in route(ada, seen)
        ada.press("hangup", seen)
        ada.wait_clear()


@pytest.mark.nightly
def test_a_bot_is_told_too_why_its_call_does_not_come_about(
    open_window: Open, lab: NetworkLab, server: Server
) -> None:
    lab.route("b", udp=False)
    ada = open_window("red", query="name=Ada")
    with bot_at(lab, "b", ada, server) as process:
        ada.press("accept")
        process.says("about the call with Ada, our side: The network there blocks UDP")
        said(ada, "The network on the side of Bot blocks UDP, and no TURN server is configured.")


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("which", "secret", "words"),
    [
        ("good", "another", "The TURN server refuses this server's credentials."),
        ("absent", SECRET, "The network on both sides lets nothing through to the TURN server."),
        ("deaf", SECRET, "Both of you reach the TURN server, but it passes no media."),
    ],
)
def test_both_are_told_what_is_wrong_with_the_turn_server(
    open_window: Open,
    lab: NetworkLab,
    servers: Servers,
    turn: dict[str, str],
    which: str,
    secret: str,
    words: str,
) -> None:
    at = only_relayed(lab, servers, turn[which], secret)
    for window in try_call(open_window, at):
        said(window, words)


@pytest.mark.nightly
@pytest.mark.parametrize("router", ["symmetric", "without-udp"])
def test_the_self_test_says_what_works_from_here(
    open_window: Open,
    lab: NetworkLab,
    server: Server,
    servers: Servers,
    turn: dict[str, str],
    router: str,
) -> None:
    symmetric = router == "symmetric"
    lab.route("a", symmetric=symmetric, udp=symmetric)
    stuns = [turn[which].replace("turn:", "stun:") for which in ("good", "deaf")]
    turns = [turn["good"], turn["good"] + "?transport=tcp", turn["deaf"]]
    at = servers(
        *("--stun-urls", " ".join(stuns)),
        *("--turn-urls", " ".join(turns), "--turn-secret", SECRET),
    )
    window = open_window("red", at=at)
    page = window.page
    page.goto(f"{at.url}/doctor/")
    page.get_by_role("button", name="Start the test").click()
    expect(page.get_by_role("button", name="Copy the report")).to_be_visible()
    found = {
        row.get_attribute("data-check"): (row.get_attribute("data-level"), row.inner_text())
        for row in page.locator("[data-check]").all()
    }
    levels = {check: level for check, (level, _) in found.items()}
    udp = "good" if symmetric else "bad"
    assert levels == {
        "browser": "good",
        "server": "good",
        "camera": "good",
        "microphone": "good",
        stuns[0]: udp,
        stuns[1]: udp,
        "nat": "fair" if symmetric else "bad",
        turns[0]: udp,
        turns[1]: "good",
        turns[2]: "bad",
    }
    assert ("symmetric NAT" if symmetric else "blocks UDP") in found["nat"][1]
    passes = "passes nothing on" if symmetric else "cannot be reached"
    assert passes in found[turns[2]][1]
    expect(page.locator("#summary")).to_contain_text("also where direct ways are blocked")
    accessible(window, "self-test")
    OUTPUT.mkdir(exist_ok=True)
    page.screenshot(path=OUTPUT / f"doctor-{router}.png", full_page=True)
