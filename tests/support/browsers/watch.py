"""What a fault must not touch: the connection of a call, its state, its picture."""

import json
import os

from support.browsers.conditions import until
from support.browsers.window import OUTPUT, PATIENCE_MS, Window

FRAMES = """async id => {
  const stats = await signalingManager.peerConnections.get(id)?.getStats() ?? new Map();
  let frames = 0;
  for (const report of stats.values())
    if (report.type === 'inbound-rtp' && report.kind === 'video') frames += report.framesDecoded;
  return frames;
}"""
WATCH = f"""id => {{
  const watch = {{
    pc: signalingManager.peerConnections.get(id),
    entry: document.querySelector(`[data-peer-id="${{id}}"]`),
    states: [signalingManager.callState(id)],
    returns: 0,
    frames: 0,
    movedAt: Date.now(),
    pausedUntil: 0,
  }};
  (window.watches ??= {{}})[id] = watch;
  signalingManager.on('state', change => {{
    if (change.peerId === id) watch.states.push(change.state);
  }});
  const connection = document.querySelector('[data-connection]');
  new MutationObserver(changes => {{
    const {{oldValue}} = changes.at(-1);
    if (connection.dataset.connection === 'open' && oldValue !== 'open') watch.returns++;
  }}).observe(connection, {{attributeFilter: ['data-connection'], attributeOldValue: true}});
  const countFrames = {FRAMES};
  setInterval(async () => {{
    const [frames, now] = [await countFrames(id), Date.now()];
    if (frames === watch.frames) return;
    if (now - watch.movedAt > PAUSE_MS) watch.pausedUntil = now;
    [watch.frames, watch.movedAt] = [frames, now];
  }}, 50);
}}"""
STEADY = """([id, from]) => {
  const {movedAt, pausedUntil} = watches[id];
  return signalingManager.callState(id) === 'connected'
    && Date.now() - movedAt < PAUSE_MS
    && Date.now() - Math.max(pausedUntil, from) > STEADY_MS;
}"""
MOVES = f"""async ([id, patience]) => {{
  const countFrames = {FRAMES};
  const end = Date.now() + patience;
  let before = await countFrames(id);
  for (;;) {{
    const frames = await countFrames(id);
    before = Math.min(before, frames); // another connection counts anew
    const state = signalingManager.callState(id);
    if (state === 'connected' && frames >= before + 5) return '';
    if (Date.now() > end) return `${{state}}, ${{frames - before}} frames`;
    await new Promise(resolve => setTimeout(resolve, 50));
  }}
}}"""
PAUSE_MS = 1000
STEADY_MS = 3000


class Watch:
    """Watches a call from one window."""

    def __init__(self, window: Window, other: Window) -> None:
        self.window = window
        self.peer_id = other.peer_id
        self._returns = 0
        window.page.evaluate(WATCH.replace("PAUSE_MS", str(PAUSE_MS)), self.peer_id)

    @property
    def states(self) -> list[str]:
        """The states of the call, the one it had at first included."""
        return self.window.page.evaluate("id => watches[id].states", self.peer_id)

    @property
    def same_connection(self) -> bool:
        """Whether the call still has the peer connection it had."""
        return self.window.page.evaluate(
            "id => signalingManager.peerConnections.get(id) === watches[id].pc", self.peer_id
        )

    def returned(self) -> None:
        """Wait until the page's connection was away and is open, once more than last time."""
        self._returns += 1
        until(
            self.window.page,
            "([id, times]) => watches[id].returns >= times",
            arg=[self.peer_id, self._returns],
            timeout=PATIENCE_MS,
            polling=50,
        )

    def untouched(self) -> None:
        """Check that the call noticed nothing, and wait for more of its picture."""
        assert self.same_connection
        picture_moves(self.window, self.peer_id)
        assert self.states == ["connected"], self.states

    @property
    def stayed_in_list(self) -> bool:
        """Whether the other's entry in the list is the one of the beginning."""
        return self.window.page.evaluate("id => watches[id].entry.isConnected", self.peer_id)

    def steady(self, since: float, seconds: float = 30) -> float:
        """Wait until the call is connected and its picture has moved without a pause for 3 s.

        Returns how many seconds after `since`, a `time.time()`, the last pause ended.
        """
        until(
            self.window.page,
            STEADY.replace("PAUSE_MS", str(PAUSE_MS)).replace("STEADY_MS", str(STEADY_MS)),
            arg=[self.peer_id, since * 1000],
            timeout=seconds * 1000,
            polling=50,
        )
        paused_until: float = self.window.page.evaluate(
            "id => watches[id].pausedUntil", self.peer_id
        )
        return max(0.0, paused_until / 1000 - since)


def picture_moves(window: Window, other: Window | str) -> None:
    """Wait until a call is connected and five more frames of it were decoded."""
    peer_id = other if isinstance(other, str) else other.peer_id
    # Not by wait_for_function, which takes the promise of an asynchronous function for true.
    lacking: str = window.page.evaluate(MOVES, [peer_id, PATIENCE_MS])
    assert not lacking, f"no moving picture: {lacking}"


def call(ada: Window, bob: Window) -> tuple[Watch, Watch]:
    """Call and accept, until both see each other move."""
    ada.sees(bob)
    bob.sees(ada)
    ada.press("call", bob)
    bob.press("accept")
    picture_moves(ada, bob)
    picture_moves(bob, ada)
    return Watch(ada, bob), Watch(bob, ada)


def patience(seconds: float) -> float:
    """How long to allow for something, on a machine that has other things to do too."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1) / 2)


def excuse_sockets(*windows: Window) -> None:
    """Take back what a browser itself says in its console of what could not connect."""
    for window in windows:
        window.complaints[:] = [
            text
            for text in window.complaints
            if "WebSocket" not in text and not text.startswith("Failed to load resource: net::")
        ]


def keep_result(name: str, seconds: float) -> None:
    """Add a line to `recovery.jsonl` of the test output, and print it."""
    OUTPUT.mkdir(exist_ok=True)
    line = json.dumps({"fault": name, "seconds": round(seconds, 2)})
    with (OUTPUT / "recovery.jsonl").open("a") as file:  # other workers may write as well
        file.write(line + "\n")
    print(line)
