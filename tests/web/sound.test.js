/** How the others are heard: nobody is silent because a browser does not let a page play yet. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeStorage, FakeStream, FakeTrack } from "./fakes/media.js";

/** An AudioContext that runs when the person has clicked. */
class FakeContext extends EventTarget {
  state = "suspended";
  destination = {};
  async resume() {}
  createMediaStreamSource() {
    return new FakeNode();
  }
  /** @param {string} state */
  turn(state) {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }
}

class FakeNode {
  gain = { value: 1 };
  pan = { value: 0 };
  /** @param {unknown} to */
  connect(to) {
    return to;
  }
  disconnect() {}
}

const context = new FakeContext();
Object.assign(globalThis, {
  AudioContext: class {
    constructor() {
      return context;
    }
  },
  StereoPannerNode: FakeNode,
  GainNode: FakeNode,
  innerWidth: 100,
});

const { Sound } = await import("../../web/media/sound.js");

const newPlayer = (/** @type {string[]} */ sinks = []) => ({
  muted: false,
  volume: 1,
  paused: true,
  async setSinkId(/** @type {string} */ id) {
    sinks.push(id);
    if (id === "gone") throw new DOMException("", "NotFoundError");
  },
});
const stream = () => Object.assign(new EventTarget(), {
  getAudioTracks: () => new FakeStream([new FakeTrack("audio")]).getTracks(),
});

test.beforeEach(() => {
  Object.assign(globalThis, { sessionStorage: new FakeStorage() });
  context.state = "suspended";
});

// report: on | After a reload nobody is heard, and nothing is said of it | sound from where its tile is, in a page that
// nobody has clicked yet | the players play, or say that the browser holds them back, until the context may
test("sound that is placed waits for no context that may not play", () => {
  const sound = new Sound(() => undefined);
  const player = newPlayer();
  sound.setSpatial(true);
  sound.add("peer-a", /** @type {any} */ (player), /** @type {any} */ (stream()));
  assert.equal(player.muted, false);
  context.turn("running");
  assert.equal(player.muted, true, "by the panner from now on");
  context.turn("interrupted");
  assert.equal(player.muted, false, "another program has the sound");
  context.turn("running");
  sound.setSpatial(false);
  assert.equal(player.muted, false);
});

// report: on | Somebody who was turned down is loud again after a reload | the volume of a person, a page loaded anew |
// kept for the window, with a bound
test("volumes outlive a reload of the window", () => {
  const sound = new Sound(() => undefined);
  sound.setVolume("peer-a", 0.25);
  for (let count = 0; count < 70; count++) sound.setVolume(`peer-${count}`, 0.5);
  sound.setVolume("peer-a", 0.2);
  const later = new Sound(() => undefined);
  assert.deepEqual([later.volumeOf("peer-a"), later.volumeOf("peer-69"), later.volumeOf("peer-0")], [0.2, 0.5, 1]);
  sessionStorage.setItem("canvas-server.sound", '{"volumes": {"peer-a": 9, "peer-b": "0.5", "peer-c": 0}}');
  const spoiled = new Sound(() => undefined);
  assert.deepEqual(["peer-a", "peer-b", "peer-c"].map((id) => spoiled.volumeOf(id)), [1, 1, 0]);
});

// report: on | The speaker was unplugged, and the others are not heard any more | `setSinkId` of a device that is gone |
// the one of the system plays
test("where the chosen speaker is gone the one of the system plays", async () => {
  const sound = new Sound(() => undefined);
  /** @type {string[]} */
  const sinks = [];
  sound.add("peer-a", /** @type {any} */ (newPlayer(sinks)), /** @type {any} */ (stream()));
  sound.setSpeaker("gone");
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(sinks, ["gone", ""]);
});

// report: on | After a phone call nobody is heard any more | players that the system has paused, and a page that comes
// in sight again | they play on
test("what a system paused plays on when the page is in sight", async () => {
  const page = Object.assign(new EventTarget(), { visibilityState: "hidden" });
  class FakePlayer {
    paused = true;
    plays = 0;
    volume = 1;
    srcObject = null;
    async play() {
      this.plays += 1;
      this.paused = false;
    }
    pause() {}
    remove() {}
  }
  /** @type {FakePlayer[]} */
  const players = [];
  Object.assign(globalThis, {
    document: page,
    Audio: class extends FakePlayer {
      constructor() {
        super();
        players.push(this);
      }
    },
  });
  const { VideoManager } = await import("../../web/media/videomanager.js");
  const videos = new VideoManager();
  videos.addPeerStream(/** @type {any} */ (stream()), "a");
  const [player] = players;
  assert.equal(player?.plays, 1);
  if (player) player.paused = true;
  page.dispatchEvent(new Event("visibilitychange"));
  assert.equal(player?.plays, 1, "out of sight");
  page.visibilityState = "visible";
  page.dispatchEvent(new Event("visibilitychange"));
  page.dispatchEvent(new Event("visibilitychange"));
  assert.equal(player?.plays, 2);
});
