/** The state machine of a connection: its table is whole, every state is reached, and its diagram is true. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { IGNORED, IMPOSSIBLE, INITIAL, next, publicState, TRANSITIONS } from "../../web/connection/states.js";

/** @typedef {import("../../web/connection/states.js").State} State */
/** @typedef {import("../../web/connection/states.js").Event} Event */

const STATES = /** @type {State[]} */ (Object.keys(TRANSITIONS));
const EVENTS = /** @type {Event[]} */ (Object.keys(TRANSITIONS[INITIAL]));
const RELIABILITY = new URL("../../docs/RELIABILITY.md", import.meta.url);

test("each state says of each event where it leads", () => {
  for (const state of STATES) {
    assert.deepEqual(Object.keys(TRANSITIONS[state]), EVENTS, state);
    for (const [event, target] of Object.entries(TRANSITIONS[state])) {
      assert.ok([...STATES, IGNORED, IMPOSSIBLE].includes(target), `${state} ${event}: ${target}`);
    }
  }
});

test("every state is reached from the first one, and left again", () => {
  const reached = new Set([INITIAL]);
  for (const state of reached) {
    const all = EVENTS.map((event) => TRANSITIONS[state][event]);
    const targets = all.filter((target) => STATES.includes(/** @type {State} */ (target)));
    assert.ok(targets.some((target) => target !== state), `${state} is never left`);
    for (const target of targets) reached.add(/** @type {State} */ (target));
  }
  assert.deepEqual([...reached].sort(), [...STATES].sort());
});

test("every event moves some state, and the person can close the connection in each of them", () => {
  for (const event of EVENTS) {
    assert.ok(STATES.some((state) => STATES.includes(/** @type {State} */ (TRANSITIONS[state][event]))), event);
  }
  for (const state of STATES) assert.equal(next(state, "close") ?? state, "closed");
});

test("what is ignored changes nothing, what is impossible is an error", () => {
  assert.equal(next("open", "wake"), null);
  assert.throws(() => next("waiting", "assigned"), /assigned while waiting/);
});

test("the state that others see tells connecting from resuming by what was there before", () => {
  const seen = STATES.map((state) => [state, publicState(state, false), publicState(state, true)]);
  assert.deepEqual(seen, [
    ["idle", "connecting", "resuming"],
    ["connecting", "connecting", "resuming"],
    ["subscribing", "connecting", "resuming"],
    ["open", "open", "open"],
    ["waiting", "connecting", "resuming"],
    ["closed", "closed", "closed"],
  ]);
});

test("the diagram of docs/RELIABILITY.md is the table", () => {
  const diagram = /```mermaid\n(stateDiagram-v2\n[\s\S]*?)```/.exec(readFileSync(RELIABILITY, "utf8"))?.[1];
  assert.equal(diagram, drawn());
});

/** @returns {string} the table as a Mermaid state diagram */
function drawn() {
  const lines = ["stateDiagram-v2", `  [*] --> ${INITIAL}`];
  for (const state of STATES) {
    const targets = new Set(EVENTS.map((event) => TRANSITIONS[state][event]));
    for (const target of targets) {
      if (target === IGNORED || target === IMPOSSIBLE) continue;
      const events = EVENTS.filter((event) => TRANSITIONS[state][event] === target);
      lines.push(`  ${state} --> ${target}: ${events.join(", ")}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
