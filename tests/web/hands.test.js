/** What hands expect of the canvas, as far as it needs no page: order of the tools, drags by keys, edges, menus, free places. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { latestSpeaker } from "../../web/app/latestspeaker.js";
import { MAX_SCALE, MIN_SCALE } from "../../web/canvas/stage.js";
import { Emitter } from "../../web/lib/emitter.js";
import { wholeTransform } from "../../web/scene/scene.js";
import { commands } from "../../web/tools/commands.js";
import { menuGroups } from "../../web/tools/contextmenu.js";
import { edgeSpeed } from "../../web/tools/edgepan.js";
import { draggedBy } from "../../web/tools/gestures.js";
import { dragByKeys } from "../../web/tools/modes/bykeys.js";
import { pictureAddress } from "../../web/tools/picturecopy.js";
import { isChosen } from "../../web/tools/marquee.js";
import { mapPlace, onMap } from "../../web/tools/minimap.js";
import { freeMiddle, freeSight } from "../../web/tools/place.js";
import { toolGroups } from "../../web/tools/toolbar.js";

/** @import {Command} from "../../web/tools/commands/command.js" */

/** @param {string} tool @returns {Command} */
const tool = (tool, group = "tools") => /** @type {Command} */ ({ id: tool, tool, group, label: tool, icon: "", keys: [], perform() {} });

test("tools: they stand in the order of the hand, whatever list they come from (HND1)", () => {
  const given = ["frame", "laser", "note", "select", "pen", "chart", "shape"].map((name) => tool(name));
  const undo = /** @type {Command} */ ({ ...tool("undo", "edit"), tool: undefined });
  const order = toolGroups([undo, ...given, tool("stamp")]).map((group) => group.map(({ id }) => id));
  assert.deepEqual(order, [["select"], ["pen", "laser"], ["shape", "frame"], ["note", "chart"], ["undo"], ["stamp"]]);
});

test("tools: each of them is in the bar once, with its own name (HND1)", () => {
  const tools = commands.filter(({ tool }) => tool !== undefined);
  assert.deepEqual(toolGroups(tools).flat().length, tools.length);
  for (const name of ["select", "text", "note", "picture", "chart"]) assert.ok(tools.some((one) => one.tool === name), name);
});

test("tools: the keys are those that hands know (HND2)", () => {
  const keysOf = (/** @type {string} */ id) => commands.find((command) => command.id === id)?.keys ?? [];
  assert.ok(keysOf("mode-select").includes("V") && keysOf("mode-select").includes("1"));
  assert.ok(keysOf("text").includes("T") && keysOf("note").includes("N"));
  assert.ok(keysOf("zoomFit").includes("Shift+1") && keysOf("zoomSelection").includes("Shift+2") && keysOf("zoomFull").includes("Shift+0"));
  // Those of tools that come by their own lists stay free of anything else.
  const reserved = { P: "pen", E: "eraser", K: "laser", R: "shape", O: "shape", D: "shape", A: "arrow", F: "frame" };
  for (const { id, keys, tool } of commands) {
    for (const key of keys) if (Object.hasOwn(reserved, key)) assert.equal(tool ?? id.split("-")[0], reserved[/** @type {keyof typeof reserved} */ (key)], id);
  }
});

test("a mode by keys: a box in free sight, a frame about the selection, an arrow between two (HND3)", () => {
  const [one, two] = [{ x: 0, y: 0, width: 10, height: 20 }, { x: 100, y: 0, width: 10, height: 20 }];
  const middle = { x: 500, y: 500 };
  assert.deepEqual(dragByKeys("box", [one], middle), [{ x: 410, y: 445 }, { x: 590, y: 555 }]);
  assert.deepEqual(dragByKeys("around", [one, two], middle), [{ x: -24, y: -24 }, { x: 134, y: 44 }]);
  assert.deepEqual(dragByKeys("around", [], middle), [{ x: 410, y: 445 }, { x: 590, y: 555 }]);
  assert.deepEqual(dragByKeys("between", [one, two], middle), [{ x: 5, y: 10 }, { x: 105, y: 10 }]);
  assert.deepEqual(dragByKeys("between", [one], middle), [{ x: 410, y: 500 }, { x: 590, y: 500 }]);
});

test("edges: the nearer the faster, to the side it is at, and nothing in the middle (HND5)", () => {
  const free = { x: 100, y: 0, width: 800, height: 600 };
  assert.deepEqual(edgeSpeed({ x: 500, y: 300 }, free), { x: 0, y: 0 });
  assert.deepEqual(edgeSpeed({ x: 100, y: 300 }, free), { x: 900, y: 0 });
  assert.deepEqual(edgeSpeed({ x: 20, y: 300 }, free), { x: 900, y: 0 }, "over the bar there");
  assert.deepEqual(edgeSpeed({ x: 886, y: 586 }, free), { x: -450, y: -450 });
});

test("a drag: Shift keeps to one direction, Ctrl does not line up (HND5)", () => {
  const box = { x: 0, y: 0, width: 100, height: 100 };
  const others = [{ x: 0, y: 203, width: 100, height: 50 }];
  const at = (/** @type {boolean} */ shift, /** @type {boolean} */ free) => {
    const { dx, dy } = draggedBy({ x: 30, y: 100 }, box, others, { shift, free }, 1);
    return [dx, dy];
  };
  assert.deepEqual(at(false, true), [30, 100]);
  assert.deepEqual(at(true, true), [0, 100]);
  assert.deepEqual(at(false, false), [30, 103]);
});

test("menus: of the selection and of an empty place, in groups, without what cannot be done (HND4)", () => {
  const names = (/** @type {"canvas" | "selection"} */ about) => menuGroups(commands, about, ({ id }) => id !== "cut").flat().map(({ id }) => id);
  for (const id of ["copy", "duplicate", "delete", "front", "back", "zoomSelection"]) assert.ok(names("selection").includes(id), id);
  assert.ok(!names("selection").includes("cut"));
  for (const id of ["paste", "selectAll", "zoomFit"]) assert.ok(names("canvas").includes(id), id);
  assert.ok(!names("canvas").includes("delete"));
  const groups = menuGroups(commands, "selection", () => true).map((group) => new Set(group.map(({ group: name }) => name)));
  for (const group of groups) assert.equal(group.size, 1);
});

test("free sight: the middle, else the free place that is nearest to it, else the middle again (HND3)", () => {
  const room = { x: 0, y: 0, width: 1_000, height: 600 };
  const size = { width: 200, height: 100 };
  assert.deepEqual(freeMiddle(room, size, []), { x: 500, y: 300 });
  const { x, y } = freeMiddle(room, size, [{ x: 400, y: 250, width: 200, height: 100 }]);
  assert.ok(Math.abs(x - 500) >= 212 || Math.abs(y - 300) >= 112, `${x} ${y}`);
  assert.ok(Math.abs(x - 500) < 300 && Math.abs(y - 300) < 200, "beside it");
  assert.deepEqual(freeMiddle(room, size, [{ x: -10, y: -10, width: 2_000, height: 2_000 }]), { x: 500, y: 300 });
});

test("marquee: what it touches, with Ctrl what is whole in it, and never what it lies in (HND6)", () => {
  const box = { x: 100, y: 100, width: 200, height: 100 };
  const at = (/** @type {[number, number, number, number]} */ ...[x, y, width, height]) => wholeTransform({ x, y, width, height });
  const chosen = (/** @type {ReturnType<typeof at>} */ place) => [isChosen(place, box, false), isChosen(place, box, true)];
  assert.deepEqual(chosen(at(120, 120, 50, 50)), [true, true]);
  assert.deepEqual(chosen(at(280, 120, 50, 50)), [true, false]);
  assert.deepEqual(chosen(at(400, 120, 50, 50)), [false, false]);
  assert.deepEqual(chosen(at(0, 0, 1_000, 1_000)), [false, false], "a frame around it");
});

test("zoom: by hand from a tenth to eight times (HND6)", () => {
  assert.deepEqual([MIN_SCALE, MAX_SCALE], [0.1, 8]);
});

test("map: all there is fits on it, in proportion, and nothing is too small to be seen (HND7)", () => {
  const size = { width: 190, height: 124 };
  const world = { x: -1_000, y: 500, width: 4_000, height: 1_000 };
  const place = mapPlace(world, size);
  const all = onMap(place, world);
  assert.ok(all.x >= 5.9 && all.x + all.width <= 184.1 && all.y >= 5.9 && all.y + all.height <= 118.1);
  assert.ok(Math.abs(all.width / all.height - 4) < 0.01);
  const small = onMap(place, { x: 0, y: 1_000, width: 1, height: 1 });
  assert.deepEqual([small.width, small.height], [2, 2]);
  assert.ok(small.x > all.x && small.y > all.y);
});

test("speaker: the other one who speaks, or spoke last, as long as they are here (HND7)", () => {
  class Speakers extends Emitter {
    /** @type {Set<string>} */
    now = new Set();
    has = (/** @type {string} */ peerId) => this.now.has(peerId);
    say(/** @type {string[]} */ ...ids) {
      this.now = new Set(ids);
      this.emit("changed", null);
    }
  }
  const [speaking, peers] = [new Speakers(), new Map([["me", 1], ["ada", 1], ["bob", 1]])];
  const latest = latestSpeaker(/** @type {any} */ ({ connection: { peerId: "me" }, roster: { peers }, speaking }));
  assert.equal(latest(), null);
  speaking.say("me");
  assert.equal(latest(), null);
  speaking.say("me", "bob");
  assert.equal(latest(), "bob");
  speaking.say("ada", "bob");
  assert.equal(latest(), "bob", "who still speaks is not cut off");
  speaking.say();
  assert.equal(latest(), "bob", "between two words");
  speaking.say("ada");
  assert.equal(latest(), "ada");
  peers.delete("ada");
  assert.equal(latest(), null);
});

test("pictures: an address names what is selected, and a PNG is as sharp as a screen (HND10)", () => {
  assert.match(pictureAddress("team", "svg", ["a", "b:1"], 100), /api\/scene\/team\/export\.svg\?ids=a%2Cb%3A1$/);
  assert.match(pictureAddress("team", "png", ["a"], 100), /export\.png\?ids=a&width=360$/);
  assert.match(pictureAddress("team", "png", ["a"], 100_000), /width=4096$/);
});

test("a free place is beside where an arrow is drawn, whatever box is stored of it", () => {
  const arrow = { id: "a", kind: { type: "Arrow", start: { x: 0, y: 0, element: "x" }, end: { x: 5, y: 5 } }, transform: { x: 0, y: 0, width: 5, height: 5 } };
  const drawn = { x: 400, y: 250, width: 200, height: 100, rotation: 0, z_index: 0 };
  const context = /** @type {any} */ ({
    scene: { elements: () => [arrow] },
    view: { transformOf: () => drawn },
    stage: {
      scale: 1,
      frame: { getBoundingClientRect: () => ({ left: 0, top: 0 }) },
      free: () => ({ x: 0, y: 0, width: 1000, height: 600 }),
      toScene: (/** @type {number} */ x, /** @type {number} */ y) => ({ x, y }),
    },
  });
  const { x, y } = freeSight(context, { width: 100, height: 60 });
  const apart = x + 50 <= 400 || x - 50 >= 600 || y + 30 <= 250 || y - 30 >= 350;
  assert.ok(apart, `${x} ${y}`);
});
