/** How good a call is: from two reports of a real Chromium to figures, a rating and a table. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mock, test } from "node:test";

import { Emitter } from "../../web/lib/emitter.js";
import { csvOf } from "../../web/monitor/csv.js";
import { columnsOf, PLOTS, rangeOf, spanOf, splitsOf, topOf } from "../../web/monitor/lines.js";
import { Monitor } from "../../web/monitor/monitor.js";
import { presentOf, rate } from "../../web/monitor/rating.js";
import { KEPT_MS, SampleRing } from "../../web/monitor/ring.js";
import { sampleOf } from "../../web/monitor/sample.js";
import { figureText, plotText, text } from "../../web/text/monitor.js";

/** @typedef {Record<string, any>} Stat */

const NOW = Date.UTC(2026, 10, 26, 12, 0, 0);
/** Of a call between two windows, a second apart. @type {[Stat[], Stat[]]} */
const RECORDED = JSON.parse(readFileSync(new URL("../samples/stats.json", import.meta.url), "utf8"));

/**
 * The recorded reports, changed.
 *
 * @param {(stat: Stat, at: number) => Stat | Stat[] | null} [change] of the first (0) and second (1) report
 * @returns {[Map<string, any>, Map<string, any>]}
 */
function reports(change = (stat) => stat) {
  const [first, second] = RECORDED.map((stats, at) => {
    const changed = structuredClone(stats).flatMap((stat) => change(stat, at) ?? []);
    return new Map(changed.map((stat) => [stat.id, stat]));
  });
  assert.ok(first && second);
  return [first, second];
}

/**
 * @param {[Map<string, any>, Map<string, any>]} pair
 * @param {Partial<Parameters<typeof sampleOf>[2]>} [about]
 */
const sample = ([before, now], about = {}) => sampleOf(now, before, { time: NOW, cameraMid: "1", ...about });

/** A sample of a good call, changed. @param {Partial<import("../../web/monitor/sample.js").Sample>} [change] */
const made = (change = {}) => ({ ...sample(reports()), ...change });

/** @param {Partial<import("../../web/monitor/sample.js").Sample>[]} changes */
function rated(...changes) {
  const present = presentOf(changes.map(made));
  assert.ok(present);
  return { ...rate(present), present };
}

const isVideoIn = (/** @type {Stat} */ stat) => stat.type === "inbound-rtp" && stat.kind === "video";

test("a recorded call in figures", () => {
  const { time, framesIn, framesOut, bitrateIn, bitrateOut, ...rest } = sample(reports());
  assert.equal(time, NOW);
  for (const frames of [framesIn, framesOut]) assert.ok(frames && frames > 15 && frames < 40, `${frames} a second`);
  for (const bits of [bitrateIn, bitrateOut]) assert.ok(bits && bits > 30_000 && bits < 500_000, `${bits} bit/s`);
  assert.deepEqual(rest.sizeIn, { width: 320, height: 240 });
  assert.deepEqual(rest.sizeOut, { width: 320, height: 240 });
  assert.deepEqual([rest.lossIn, rest.lossOut, rest.limitation, rest.frozen], [0, 0, "none", 0]);
  assert.deepEqual([rest.codecIn, rest.codecOut], ["VP8", "VP8"]);
  assert.deepEqual(rest.path, { local: "host", remote: "host", protocol: "udp" });
  assert.deepEqual([rest.roundTrip, rest.jitter], [2, 2]);
});

test("rates are differences by the time between the reports", () => {
  const pair = reports((stat, at) => {
    if (!isVideoIn(stat)) return stat.type === "inbound-rtp" ? null : stat;
    const counters = at
      ? { framesDecoded: 148, bytesReceived: 60_000, headerBytesReceived: 2_000, packetsReceived: 190, packetsLost: 11, totalFreezesDuration: 0.9 }
      : { framesDecoded: 100, bytesReceived: 10_000, headerBytesReceived: 1_000, packetsReceived: 100, packetsLost: 1, totalFreezesDuration: 0.4 };
    return { ...stat, ...counters, timestamp: NOW + 2_000 * at };
  });
  const { framesIn, bitrateIn, lossIn, packetsIn, frozen, seconds } = sample(pair);
  assert.deepEqual([framesIn, bitrateIn, lossIn, packetsIn, seconds], [24, 204_000, 0.1, 100, 2]);
  assert.ok(frozen !== null && Math.abs(frozen - 0.5) < 1e-9);
});

test("loss that the peer reports is weighed by what each stream sends", () => {
  const pair = reports((stat, at) => {
    if (stat.type === "remote-inbound-rtp") return { ...stat, fractionLost: stat.kind === "video" ? 0.2 : 0 };
    if (stat.type === "outbound-rtp") return { ...stat, packetsSent: at ? (stat.kind === "video" ? 175 : 125) : 100 };
    return stat;
  });
  assert.ok(Math.abs((sample(pair).lossOut ?? 0) - 0.15) < 1e-9);
});

test("a replaced stream counts from its second report on", () => {
  const other = reports((stat, at) => (at && isVideoIn(stat) ? { ...stat, ssrc: 7, framesDecoded: 9_000 } : stat));
  assert.equal(sample(other).framesIn, null);
  const renamed = reports((stat, at) => (at && isVideoIn(stat) ? { ...stat, id: "other" } : stat));
  assert.equal(sample(renamed).framesIn, null);
  assert.ok((sample(renamed).bitrateIn ?? 0) > 0, "the sound goes on");
});

test("counters that began anew give no figure instead of a wrong one", () => {
  const { framesIn, bitrateIn, lossIn } = sample(
    reports((stat, at) => {
      const zero = { framesDecoded: 0, bytesReceived: 0, packetsReceived: 0, packetsLost: 0 };
      return at && stat.type === "inbound-rtp" ? { ...stat, ...zero } : stat;
    }),
  );
  assert.deepEqual([framesIn, bitrateIn, lossIn], [null, null, null]);
});

test("the same report twice gives no rate", () => {
  const [, now] = reports();
  const { framesIn, bitrateOut } = sample([now, now]);
  assert.deepEqual([framesIn, bitrateOut], [null, null]);
});

test("a report without entries, or without members, is no figure", () => {
  const empty = sampleOf(new Map(), null, { time: NOW });
  for (const [name, value] of Object.entries(empty)) {
    if (!["time", "interrupted", "packetsIn"].includes(name)) assert.equal(value, null, name);
  }
  const bare = sample(reports(({ id, type, timestamp, kind, ssrc }) => ({ id, type, timestamp, kind, ssrc })));
  assert.deepEqual([bare.framesIn, bare.sizeIn, bare.jitter, bare.path, bare.codecIn], [null, null, null, null, null]);
});

test("the camera is the first video section, a shared screen a later one", () => {
  const screen = { frameWidth: 1920, frameHeight: 1080, framesDecoded: 5 };
  const both = reports((stat) =>
    isVideoIn(stat) ? [{ ...stat, ...screen, id: "screen", mid: "10", ssrc: 5 }, { ...stat, mid: "9" }] : stat,
  );
  assert.deepEqual(sample(both, { cameraMid: "9" }).sizeIn, { width: 320, height: 240 });
  assert.deepEqual(sample(both, { cameraMid: null }).sizeIn, { width: 320, height: 240 });
  const alone = reports((stat) => (isVideoIn(stat) ? { ...stat, ...screen, mid: "3" } : stat));
  assert.equal(sample(alone).sizeIn, null, "who shares a screen without a camera shows no camera");
});

test("the path is that of the selected pair, in each browser's way", () => {
  const relay = reports((stat) =>
    stat.type === "local-candidate" ? { ...stat, candidateType: "relay", protocol: "udp", relayProtocol: "tls" } : stat,
  );
  assert.deepEqual(sample(relay).path, { local: "relay", remote: "host", protocol: "tls" });
  const [, second] = RECORDED.map((stats) => stats.filter(({ type }) => type === "candidate-pair"));
  const last = second?.at(-1);
  const selected = reports((stat) => {
    if (stat.type === "transport") return null;
    if (stat.id === last?.localCandidateId) return { ...stat, candidateType: "srflx", protocol: "tcp" };
    return stat.id === last?.id ? { ...stat, selected: true } : stat;
  });
  assert.deepEqual(sample(selected).path, { local: "srflx", remote: "host", protocol: "tcp" });
  const nominated = reports((stat) => (stat.type === "transport" || stat.id === last?.id ? null : stat));
  assert.deepEqual(sample(nominated).path, { local: "host", remote: "host", protocol: "udp" });
  const none = reports((stat) => (stat.type === "transport" || stat.type === "candidate-pair" ? null : stat));
  const { path, roundTrip } = sample(none);
  assert.equal(path, null);
  assert.ok(roundTrip !== null && roundTrip > 0, "as the peer's reports tell");
});

test("five minutes are kept, oldest first", () => {
  const ring = new SampleRing();
  assert.deepEqual(ring.samples, []);
  for (let second = 0; second < 1_000; second += 1) ring.add(made({ time: NOW + second * 1_000 }));
  const times = ring.samples.map(({ time }) => (time - NOW) / 1_000);
  assert.deepEqual(times, Array.from({ length: 300 }, (_, at) => 700 + at));
  assert.deepEqual(ring.last(2).map(({ time }) => (time - NOW) / 1_000), [998, 999]);
  ring.add(made({ time: NOW + 999_000 + KEPT_MS - 500 }));
  assert.equal(ring.samples.length, 2, "what is older is gone, also where samples are rare");
});

test("a good call is good, and the words say how good", () => {
  const { level, reason, present } = rated({ framesIn: 23.6, roundTrip: 45.2 }, { framesIn: 24.4, roundTrip: 45.2 });
  assert.deepEqual([level, reason], ["good", null]);
  assert.equal(text.rating({ level, reason }, present), "Good: 24 pictures a second, 45 ms");
  assert.equal(presentOf([]), null);
  const bare = rated({ framesIn: null, roundTrip: null });
  assert.equal(text.rating(bare, bare.present), "Good");
});

/** @type {[string, Parameters<typeof rated>, "fair" | "poor", string][]} */
const BAD = [
  ["loss of what comes", [{ lossIn: 0.05, packetsIn: 100 }], "fair", "Fair: 5% of the packets get lost"],
  ["much loss of what goes", [{ lossOut: 0.2 }], "poor", "Poor: 20% of the packets get lost"],
  ["loss by packets, not by seconds", [{ lossIn: 0.5, packetsIn: 10 }, { lossIn: 0, packetsIn: 90 }], "fair", "Fair: 5% of the packets get lost"],
  ["a long way", [{ roundTrip: 400 }], "fair", "Fair: there and back takes 400 ms"],
  ["a very long way", [{ roundTrip: 900 }], "poor", "Poor: there and back takes 900 ms"],
  ["freezes", [{ frozen: 0.5, seconds: 1 }, { frozen: 0, seconds: 1 }], "fair", "Fair: the picture stands still again and again"],
  ["busy", [{ limitation: "cpu" }, { limitation: "cpu" }], "fair", "Fair: this computer is too busy for larger pictures"],
  ["a narrow line", [{ limitation: "bandwidth" }], "fair", "Fair: the network takes no larger pictures from here"],
  ["a relay over TCP", [{ path: { local: "relay", remote: "srflx", protocol: "tls" } }], "fair", "Fair: it goes through a relay over TCP"],
  ["interrupted", [{ interrupted: true, lossIn: 0.5 }], "poor", "Poor: the connection is interrupted"],
  ["the worse counts first", [{ roundTrip: 900, lossIn: 0.05 }], "poor", "Poor: there and back takes 900 ms"],
];

for (const [name, changes, level, words] of BAD) {
  test(`rated by the worst: ${name}`, () => {
    const found = rated(...changes);
    assert.equal(found.level, level);
    assert.equal(text.rating(found, found.present), words);
  });
}

test("what limits for a moment only, and a relay over UDP, are no reason", () => {
  assert.equal(rated({ limitation: "bandwidth" }, { limitation: "none" }).level, "good");
  assert.equal(rated({ path: { local: "relay", remote: "host", protocol: "udp" } }).level, "good");
});

test("a table for other programs", () => {
  const odd = made({ codecIn: 'A "b", c', lossIn: 1 / 3, path: null, time: NOW + 1_000 });
  const [names, first, second, end] = csvOf([made(), odd]).split("\r\n");
  assert.match(names ?? "", /^time,bitrate_in_bps,bitrate_out_bps,frames_in_per_second,/);
  assert.match(first ?? "", /^2026-11-26T12:00:00\.000Z,\d+,\d+,[\d.]+,[\d.]+,320,240,320,240,0,0,/);
  assert.match(second ?? "", /^2026-11-26T12:00:01\.000Z,.*,0\.3333,.*,"A ""b"", c",VP8,none,,,,false$/);
  assert.equal(end, "");
});

test("figures in words; what is not known is no figure", () => {
  const { present } = rated({ roundTrip: 0.4, sizeIn: null, framesIn: null, bitrateIn: 1_234_567, codecOut: "H264", lossIn: -0.01 });
  const words = Object.fromEntries(Object.entries(figureText).map(([name, { value }]) => [name, value(present)]));
  assert.deepEqual(
    [words["sizeIn"], words["bitrateIn"], words["lossIn"], words["roundTrip"], words["codec"], words["path"], words["limitation"]],
    ["", "1.2 Mbit/s", "0%", "below 1 ms", "VP8 / H264", "host, UDP", "nothing"],
  );
});

test("lines are broken where samples are missing", () => {
  const samples = [0, 1, 2, 9, 10].map((second) => made({ time: second * 1_000, roundTrip: second, jitter: null }));
  assert.deepEqual(columnsOf(samples, PLOTS.delay), [
    [0, 1, 2, 5.5, 9, 10],
    [0, 1, 2, null, 9, 10],
    [null, null, null, null, null, null],
  ]);
  assert.deepEqual(rangeOf([3, null, -1]), { least: -1, most: 3 });
  assert.equal(rangeOf([null]), null);
});

test("a plot shows a minute at least, has few times below it, and a round top", () => {
  assert.deepEqual(spanOf([]), [-60, 0]);
  assert.deepEqual(spanOf([990, 1_000]), [940, 1_000]);
  assert.deepEqual(spanOf([700, 1_000]), [700, 1_000]);
  assert.deepEqual(splitsOf([940, 1_000]), [940, 955, 970, 985, 1_000]);
  assert.deepEqual(splitsOf([701, 1_000]), [760, 820, 880, 940, 1_000]);
  assert.deepEqual(splitsOf([700, 1_000]), [760, 880, 1_000]);
  assert.deepEqual([0, 45, 60, 240].map(text.ago), ["now", "−45 s", "−1 min", "−4 min"]);
  assert.deepEqual([topOf(0, 100), topOf(101, 100), topOf(450, 100), topOf(0.3, 0.1), topOf(NaN, 10)], [100, 200, 500, 0.4, 10]);
  assert.deepEqual([0, 50_000, 2_000_000].map(plotText.bitrate.tick), ["0", "50 k", "2 M"]);
});

/** Calls whose connections answer with the recorded reports. */
class Calls extends Emitter {
  /** @type {Map<string, any>} */
  peerConnections = new Map();
  asked = 0;

  /** @param {string} peerId */
  begin(peerId) {
    this.peerConnections.set(peerId, this.connection());
    this.emit("state", null);
  }

  connection() {
    const answers = reports();
    let turn = 0;
    const getStats = async () => {
      this.asked += 1;
      return answers[Math.min(turn++, 1)];
    };
    return { getStats, getTransceivers: () => [], connectionState: "connected" };
  }

  /** @param {string} peerId */
  end(peerId) {
    this.peerConnections.delete(peerId);
    this.emit("state", null);
  }
}

test("it measures while there are calls, and not longer", async () => {
  mock.timers.enable({ apis: ["setInterval"] });
  try {
    const calls = new Calls();
    const monitor = new Monitor(/** @type {any} */ (calls));
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    const second = () => {
      mock.timers.tick(1_000);
      return settled();
    };
    await second();
    assert.deepEqual([monitor.running, calls.asked], [false, 0]);
    calls.begin("bob");
    await settled();
    await second();
    assert.equal(calls.asked, 2);
    assert.equal(monitor.samplesOf("bob").length, 1);
    assert.equal(monitor.stateOf("bob")?.rating.level, "good");
    calls.peerConnections.set("bob", calls.connection());
    await second();
    assert.equal(monitor.samplesOf("bob").length, 1, "another connection is not compared with the one before");
    calls.end("bob");
    assert.deepEqual([monitor.running, monitor.isLive("bob")], [false, false]);
    const { asked } = calls;
    await second();
    assert.equal(calls.asked, asked);
    assert.deepEqual(monitor.peers, ["bob"], "can still be looked at");
  } finally {
    mock.timers.reset();
  }
});
