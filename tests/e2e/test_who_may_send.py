"""Nobody is seen or heard whose link does not let them, whatever they offer."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from support.browsers.conditions import until
from support.browsers.window import Open, Window
from support.servers.invitations import SECRET, token
from support.servers.server import Server, running

pytestmark = pytest.mark.rule("TOK3", "SIG14")

# A client of its own: it sends a moving picture and a tone, and describes itself as it likes.
CLIENT = r"""async ([session, token, disguise]) => {
  const socket = new WebSocket(`ws://${location.host}/ws`);
  window.heard = [];
  window.say = message => socket.send(JSON.stringify(message));
  const until = window.until = async wanted => {
    for (;;) {
      const found = heard.find(({type}) => wanted.includes(type));
      if (found) return found;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  };
  socket.onmessage = ({data}) => heard.push(JSON.parse(data));
  await new Promise(resolve => { socket.onopen = resolve; });
  say({type: 'subscribe', session_id: session, token, display_name: 'Mallory'});
  const {peers} = await until(['peer_list']);
  const me = (await until(['peer_assigned'])).peer_id;
  const target_peer_id = peers.find(({peer_id}) => peer_id !== me).peer_id;
  const canvas = document.createElement('canvas');
  const drawing = canvas.getContext('2d');
  setInterval(() => {
    drawing.fillStyle = `hsl(${performance.now() % 360} 90% 50%)`;
    drawing.fillRect(0, 0, canvas.width, canvas.height);
  }, 40);
  const stream = canvas.captureStream(20);
  const sound = new AudioContext();
  const tone = sound.createOscillator(), out = sound.createMediaStreamDestination();
  tone.connect(out); tone.start();
  stream.addTrack(out.stream.getTracks()[0]);
  const pc = window.pc = new RTCPeerConnection();
  for (const track of stream.getTracks()) pc.addTrack(track, stream);
  pc.onicecandidate = ({candidate}) => {
    if (candidate) say({type: 'ice_candidate', target_peer_id, candidate: candidate.candidate,
      sdp_mid: candidate.sdpMid});
  };
  await pc.setLocalDescription();
  const plain = pc.localDescription.sdp;
  const sdp = {
    none: plain,
    session: plain.replace(/a=sendrecv\r\n/g, '').replace('t=0 0\r\n', 't=0 0\r\na=inactive\r\n'),
    behind: plain.replace(/a=sendrecv/g, 'a=recvonly\r\na=sendrecv x'),
    separator: plain.replace(/a=sendrecv/g, 'a=sendrecv\r\na=x:\u2028a=recvonly'),
    bundle: plain.replace(/m=(\w+) \d+/g, 'm=$1 0').replace(/a=sendrecv/g, 'a=bundle-only\r\na=sendrecv'),
  }[disguise];
  say({type: 'start_call', target_peer_id, session_id: session});
  say({type: 'offer', target_peer_id, sdp});
  const answer = await until(['relay_answer', 'error']);
  if (answer.type === 'error') return answer.code;
  // Whatever was answered, this side goes on sending.
  await pc.setRemoteDescription({type: 'answer',
    sdp: answer.sdp.replace(/a=(sendonly|inactive|recvonly)/g, 'a=sendrecv')});
  for (const message of heard.filter(({type}) => type === 'relay_ice_candidate'))
    await pc.addIceCandidate({candidate: message.candidate, sdpMid: message.sdp_mid ?? '0'}).catch(() => {});
  return me;
}"""
# Everything that the page ever plays, in a tile or without one.
RECORD = """(() => {
  const play = HTMLMediaElement.prototype.play;
  window.players = new Set();
  HTMLMediaElement.prototype.play = function () { players.add(this); return play.call(this); };
})()"""
PLAYS_OTHERS = """() => [...players].some(({srcObject}) =>
    srcObject && srcObject !== signalingManager.localStream
    && srcObject.getTracks().some(track => track.enabled && track.readyState === 'live'))"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for tokens."""
    with running(tmp_path_factory.mktemp("house"), env={"CANVAS_AUTH_SECRET": SECRET}) as server:
        yield server


@pytest.fixture
def context(browsers: dict[str, Browser], house: Server) -> Iterator[BrowserContext]:
    with browsers["red"].new_context() as context:
        context.add_init_script(RECORD)
        context.grant_permissions(["camera", "microphone"], origin=house.url)
        yield context


@pytest.fixture
def mallory(browsers: dict[str, Browser], house: Server) -> Iterator[Page]:
    with browsers["green"].new_context() as context:
        page = context.new_page()
        page.goto(f"{house.url}/example/")
        yield page


def open_ada(open_window: Open, context: BrowserContext, house: Server, session: str) -> Window:
    mine = token("--session", session, "--role", "moderate")
    query = "name=Ada&auto=1"
    return open_window("red", session, query, at=house, token=mine, context=context)


@pytest.mark.rule("SIG18")
@pytest.mark.parametrize(
    "disguise",
    [
        "none",
        *(
            pytest.param(trick, marks=pytest.mark.nightly)
            for trick in ("session", "behind", "separator", "bundle")
        ),
    ],
)
def test_who_only_watches_is_not_seen_whatever_they_offer(
    open_window: Open, context: BrowserContext, house: Server, mallory: Page, disguise: str
) -> None:
    session = f"watched-{disguise}"
    ada = open_ada(open_window, context, house, session)
    view = token("--session", session, "--role", "view")
    answer = mallory.evaluate(CLIENT, [session, view, disguise])
    assert answer == ("forbidden" if disguise in ("none", "bundle") else "invalid_sdp")
    assert not ada.page.evaluate(PLAYS_OTHERS)


def test_who_loses_the_right_is_not_seen_any_more(
    open_window: Open, context: BrowserContext, house: Server, mallory: Page
) -> None:
    """Media pass no server: the pages of the others cease to play them, and begin again."""
    session = "demoted"
    ada = open_ada(open_window, context, house, session)
    edit, view = (token("--session", session, "--role", role) for role in ("edit", "view"))
    me: Any = mallory.evaluate(CLIENT, [session, edit, "none"])
    ada.wait_state(me, "connected")
    until(ada.page, PLAYS_OTHERS)
    for role, plays in ((view, False), (edit, True), (view, False)):
        subscribe = {"type": "subscribe", "session_id": session, "token": role}
        mallory.evaluate("message => say(message)", subscribe)
        until(ada.page, f"plays => ({PLAYS_OTHERS})() === plays", arg=plays)
    expect(ada.entry(me)).to_contain_text("watches")
    ada.wait_state(me, "connected")
