/** What comes from elsewhere is taken for what it is: of a hostile server, another window, another version (rule PAG4). */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { advance, installClock } from "./fakes/clock.js";
import { FakeWebSocket, installWebSocket } from "./fakes/websocket.js";

installClock();
installWebSocket();
const { CanvasConnection } = await import("../../web/protocol.js");
const { identityOf } = await import("../../web/connection/identity.js");
const { normalChart, extent } = await import("../../web/kinds/chart/data.js");
const { kinds, describeKind, labelOf } = await import("../../web/kinds/kinds.js");
const { mayBeHeard } = await import("../../web/invite/rights.js");
const { sendingQuality } = await import("../../web/calls/quality.js");
const { diffPatch, mergePatch } = await import("../../web/scene/patch.js");
const { decodeCopied, encodeCopied } = await import("../../web/tools/copied.js");
const { faultOf } = await import("../../web/scene/limits.js");
const { diagnosisText } = await import("../../web/text/diagnosis.js");
const { hostOf } = await import("../../web/kinds/parts/elsewhere.js");

/** What every object has: a table that is asked for it must not answer. */
const INHERITED = ["__proto__", "constructor", "toString", "valueOf", "hasOwnProperty", "__defineGetter__"];
const ODD = [undefined, null, 0, -1, NaN, "", "x", "constructor", true, [], [[]], {}, { type: "x" }, { length: 9 }];

test("messages that are none, and types that are events of the connection itself (rule PAG4)", async () => {
  const connection = new CanvasConnection({ url: "ws://test/ws", sessionId: "s" });
  /** @type {unknown[]} */
  const events = [];
  for (const name of /** @type {any[]} */ (["state", "lost", "overflow"])) connection.on(name, (detail) => events.push([name, detail]));
  connection.open();
  const socket = FakeWebSocket.latest;
  socket.accept();
  socket.receive({ type: "peer_assigned", peer_id: "p", resume_token: "t", ice_servers: [] });
  events.splice(0);
  for (const odd of ODD) socket.onmessage?.({ data: JSON.stringify(odd) ?? "" });
  socket.onmessage?.({ data: `${"[".repeat(200_000)}` });
  for (const type of [...INHERITED, "state", "lost", "overflow", "message", 5, null, {}]) socket.receive(/** @type {any} */ ({ type }));
  await advance(10);
  assert.deepEqual(events, []);
  assert.equal(connection.state, "open");
});

test("what a window kept of itself is taken only as far as it is of that form (rule PAG4)", () => {
  for (const odd of ODD) assert.equal(identityOf(odd), null);
  assert.equal(identityOf({ peerId: {}, token: "t" }), null);
  const call = { peerId: "p", callId: "c", ringing: false, group: false };
  const kept = { peerId: "p", token: "t", calls: [call, null, 5, { ...call, ringing: "yes" }, { ...call, more: 1 }], group: "yes" };
  assert.deepEqual(identityOf(kept), { peerId: "p", token: "t", calls: [call, call], group: null });
  assert.equal(identityOf({ ...kept, calls: Array(1000).fill(call) })?.calls.length, 64);
});

test("names that every object has are no entries of a table (rule PAG4)", () => {
  for (const name of INHERITED) {
    assert.equal(normalChart(name, { labels: ["a"], values: [1] })?.form, "bar");
    assert.equal(mayBeHeard(/** @type {any} */ ({ role: name })), false);
    assert.ok(sendingQuality(2, /** @type {any} */ (name)).height > 0);
    assert.match(describeKind(/** @type {any} */ ({ type: name })), /./);
    assert.equal(labelOf(name), name);
    assert.match(diagnosisText(/** @type {any} */ ({ cause: name, whose: name }), ["Ada"]), /Ada/);
  }
});

test("a patch changes no prototype (rule PAG4)", () => {
  const patch = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "a": {"__proto__": {"polluted": 1}}}');
  const merged = /** @type {any} */ (mergePatch({ a: {} }, patch));
  assert.equal(merged.polluted, undefined);
  assert.equal(merged.a.polluted, undefined);
  assert.equal(Object.getPrototypeOf(merged), Object.prototype);
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
  assert.deepEqual(diffPatch({ constructor: 1 }, {}), { constructor: null });
  assert.deepEqual(Object.keys(diffPatch({}, patch)).sort(), ["a", "constructor"]);
});

test("what is pasted as elements is held against the protocol before it is drawn (rule PAG4)", () => {
  assert.equal(decodeCopied("null"), null);
  for (const odd of ODD) assert.ok((decodeCopied(JSON.stringify({ "canvas-server/elements": odd }))?.elements ?? []).length === 0);
  for (const content of [5, {}, [], null, true]) {
    const json = encodeCopied(/** @type {any} */ ([{ id: "e", kind: { type: "Text", content }, transform: {} }]));
    const [element] = decodeCopied(json)?.elements ?? [];
    assert.ok(element && faultOf({ op: "add", element }, undefined), `${content}`);
  }
  const deep = /** @type {any} */ ({ type: "Chart", chart_type: "bar", data: JSON.parse("[".repeat(900) + "]".repeat(900)) });
  assert.ok(faultOf({ op: "add", element: { id: "e", kind: deep, transform: {} } }, undefined));
});

test("charts of any data come to an end (rule PAG4)", () => {
  let seed = 7;
  const next = (/** @type {number} */ below) => (seed = (seed * 48271) % 0x7fffffff) % below;
  const names = ["labels", "values", "series", "datasets", "points", "data", "name", "title", "x", "y", "label", ...INHERITED];
  /** @returns {any} */
  const value = (/** @type {number} */ depth) => {
    const choice = next(depth > 4 ? 4 : 7);
    if (choice < 4) return [next(99), "x", null, true][choice];
    if (choice === 4) return Array.from({ length: next(5) }, () => value(depth + 1));
    return JSON.parse(`{${Array.from({ length: next(5) }, () => `${JSON.stringify(names[next(names.length)])}: ${JSON.stringify(value(depth + 1))}`).join()}}`);
  };
  for (let round = 0; round < 5_000; round++) {
    const data = value(0);
    const chart = normalChart(names[next(names.length)] ?? "", data);
    assert.ok(chart === null || ["bar", "line", "area", "pie", "donut", "scatter"].includes(chart.form));
    extent(data);
    kinds.Chart.describe({ type: "Chart", chart_type: "bar", data });
  }
});

test("of a long host the end is shown, which says whose it is (rule PAG2)", () => {
  assert.equal(hostOf("https://example.org:8443/x"), "example.org:8443");
  const long = hostOf(`https://example.org.${"a".repeat(60)}.${"b".repeat(60)}.evil.example/`);
  assert.match(long, /^….*\.evil\.example$/);
  assert.equal(hostOf("https://exämple.org/"), "xn--exmple-cua.org");
  assert.equal(hostOf("no address"), "");
});

test("one module listens to messages of other windows, and asks from which (rule PAG4)", () => {
  const web = new URL("../../web/", import.meta.url).pathname;
  const sources = readdirSync(web, { encoding: "utf-8", recursive: true })
    .filter((path) => path.endsWith(".js") && !/^(vendor|bundle|types)/.test(path))
    .map((path) => /** @type {const} */ ([path, readFileSync(web + path, "utf-8")]));
  const using = (/** @type {RegExp} */ what) => sources.filter(([, source]) => what.test(source)).map(([path]) => path);
  assert.deepEqual(using(/(?<![\w.])addEventListener\(\s*"message"|(window|globalThis)\.onmessage/), ["kinds/parts/elsewhere.js"]);
  assert.deepEqual(using(/\.opener\b|window\.open\(|document\.write|innerHTML|outerHTML|insertAdjacentHTML|srcdoc|\beval\(|new Function/).filter((path) => path !== "panels/drawer.js"), []);
  assert.deepEqual(using(/DOMParser|createElement\("script"\)|trustedTypes/), ["lib/trusted.js"]);
  for (const [path, source] of sources) {
    for (const [link] of source.matchAll(/\{[^{}]*target: "_blank"[^{}]*\}/g)) assert.match(link, /rel: "noopener"/, path);
  }
});

test("a colour that others chose is set as a colour, since a shorthand takes addresses, too", () => {
  const web = new URL("../../web/", import.meta.url);
  for (const folder of ["kinds/", "canvas/", "tools/", "panels/", "people/", "ui/"]) {
    for (const path of readdirSync(new URL(folder, web), { recursive: true, encoding: "utf-8" })) {
      if (!path.endsWith(".js")) continue;
      const source = readFileSync(new URL(`${folder}${path}`, web), "utf-8");
      assert.doesNotMatch(source, /style\.(background|border|mask|filter|content|listStyle)(Image)? = /, path);
    }
  }
});
