"""The same calls in Firefox, with itself and with Chromium."""

import base64
from collections.abc import Iterator

import pytest

from support.browsers import firefox as driver
from support.browsers.conditions import until
from support.browsers.firefox import Firefox, FirefoxWindow
from support.browsers.window import SEES_COLOR, Open
from support.hub.drawings import png_url
from support.servers.other import other_server
from support.servers.server import Server, post


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    lacking = driver.lacking()
    if lacking:
        pytest.skip(lacking)
    with Firefox(tmp_path_factory.mktemp("firefox")) as firefox:
        yield firefox


def plays(window: FirefoxWindow, peer_id: str) -> None:
    """Wait until the pictures of a peer move, and its sound comes."""
    video = f"document.querySelector('[data-element-id] video[data-stream-id=\"peer-{peer_id}\"]')"
    window.wait(f"{video}?.videoWidth > 0 && {video}.currentTime > 0.5")
    window.wait(f"""(async () => {{
        const stats = await signalingManager.peerConnections.get('{peer_id}').getStats();
        return [...stats.values()].some(({{type, kind, packetsReceived}}) =>
            type === 'inbound-rtp' && kind === 'audio' && packetsReceived > 10);
    }})()""")


@pytest.mark.nightly
def test_two_windows_of_firefox(firefox: Firefox, server: Server) -> None:
    ada, bob = (firefox.open(f"{server.url}/s/foxes?name={name}") for name in ("Ada", "Bob"))
    ada.press(f'[data-peer-id="{bob.peer_id}"] [data-action="call"]')
    bob.press('[data-action="accept"]')
    plays(ada, bob.peer_id)
    plays(bob, ada.peer_id)
    ada.press('[data-action="leave-call"]')
    for window in (ada, bob):
        window.wait("signalingManager.peerConnections.size === 0")
        window.wait("!document.querySelector('[data-element-id][data-stream-id]')")


@pytest.mark.parametrize("caller", ["Firefox", pytest.param("Chromium", marks=pytest.mark.nightly)])
def test_firefox_and_chromium(
    firefox: Firefox, open_window: Open, server: Server, caller: str
) -> None:
    """Either calls; what Chromium does not show is not sent, and comes again."""
    session = f"mixed-{caller}"
    fox = firefox.open(f"{server.url}/s/{session}?name=Fox")
    chrome = open_window("red", session=session, query="name=Chrome")
    chrome.sees(fox.peer_id)
    if caller == "Firefox":
        fox.press(f'[data-peer-id="{chrome.peer_id}"] [data-action="call"]')
        chrome.press("accept")
    else:
        chrome.entry(fox.peer_id).locator('[data-action="call"]').click()
        fox.press('[data-action="accept"]')
    plays(fox, chrome.peer_id)
    fox.wait(f"({SEES_COLOR})(['peer-{chrome.peer_id}', 'red'])")
    video = f'[data-element-id] video[data-stream-id="peer-{fox.peer_id}"]'
    until(chrome.page, "query => document.querySelector(query)?.currentTime > 0.5", arg=video)
    chrome.page.mouse.move(400, 300)
    chrome.page.mouse.wheel(0, 4000)
    entry = f'[data-strip] [data-stream-id="peer-{fox.peer_id}"]'
    until(
        chrome.page, "query => document.querySelector(query)?.currentTime > 0", arg=f"{entry} video"
    )
    chrome.page.mouse.wheel(0, -4000)
    chrome.page.locator(entry).wait_for(state="detached")
    fox.press('[data-action="leave-call"]')
    chrome.wait_clear()


@pytest.mark.rule("PAG1", "PAG2")
def test_the_policy_of_the_page_in_firefox(firefox: Firefox, server: Server) -> None:
    """It is drawn as it should be, reaches nobody, and shows by a key what lies elsewhere."""
    with other_server(base64.b64decode(png_url(60, 40).split(",")[1])) as other:
        far = {"type": "Image", "src": f"{other.url}/lawn.png"}
        place = {"x": 300, "y": 200, "width": 230, "height": 170}
        add = [{"id": "far", "kind": far, "transform": place}]
        post(server, {"session_id": "policy", "add": add})
        fox = firefox.open(f"{server.url}/s/policy?name=Fox")
        fox.wait("document.querySelector('header svg').getBBox().width > 0")
        refused = fox.evaluate(f"""(async () => {{
            const seen = [];
            addEventListener('securitypolicyviolation', ({{effectiveDirective}}) => seen.push(effectiveDirective));
            await fetch('{other.url}/fetch', {{mode: 'no-cors'}}).catch(() => {{}});
            new Image().src = '{other.url}/picture';
            await new Promise(resolve => setTimeout(resolve, 300));
            return seen;
        }})()""")
        assert refused == ["connect-src", "img-src"]
        fox.press('[data-action="show-picture"]')
        stranger = fox.frame("/elsewhere/")
        stranger.wait("document.querySelector('button')?.hasAttribute('aria-disabled') === false")
        stranger.type("\ue004")  # Tab
        stranger.wait("document.activeElement.localName === 'button'")
        assert stranger.evaluate("origin") == "null"
        assert other.asked == []
        stranger.type("\ue007")  # Enter (WebDriver, 17.4.2)
        fox.wait("document.querySelector('iframe.elsewhere').dataset.settled === ''")
        assert other.asked == ["/lawn.png"]
