/** What is on a canvas is drawn only as far as a browser can: sizes are read first, and the rest are cards. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { allot } from "../../web/canvas/allotment.js";
import { extent, MOST_MARKS, normalChart } from "../../web/kinds/chart/data.js";
import { DrawGuard } from "../../web/canvas/drawguard.js";
import { kinds } from "../../web/kinds/kinds.js";
import { hasMetadata } from "../../web/kinds/image/metadata.js";
import { inspect, isMarkup, measure } from "../../web/kinds/image/rasters.js";

const samples = JSON.parse(readFileSync(new URL("../samples/pictures.json", import.meta.url), "utf-8"));

for (const { name, data, expected, markup } of samples) {
  test(`picture: ${name}`, () => {
    const content = Buffer.from(data, "base64").toString("latin1");
    const found = measure(content);
    assert.deepEqual(found, expected);
    assert.equal(found === null && isMarkup(content), markup);
    if (markup) assert.equal(inspect(`data:image/png;base64,${data}`).flaw, "vector");
  });
}

test("picture: a data URL is drawn when it is a raster picture of a bounded size", () => {
  const of = (/** @type {string} */ name) => samples.find((/** @type {{name: string}} */ one) => one.name === name).data;
  assert.deepEqual(inspect(`data:image/png;base64,${of("PNG")}`), { flaw: null, pixels: 15 });
  assert.deepEqual(inspect(`data:image/pn\ng;x=y; base64,${of("PNG")}`), { flaw: null, pixels: 15 });
  const vast = "PNG that says it has three billion pixels";
  for (const [src, flaw] of [
    [`data:image/png;base64,${of(vast)}`, "large"],
    [`data:image/svg+xml;base64,${of("SVG")}`, "vector"],
    ["data:image/svg+xml,<svg/>", "vector"],
    ["data:image/sv\ng+xml;base64,AAAA", "vector"],
    ["data:image/png,plain", "vector"],
    ["data:image/png", "vector"],
    ["data:image/png;base64,AAAA", "broken"],
    ["data:image/png;base64,!", "broken"],
    ["data:image/png;base64,%", "broken"],
  ]) {
    assert.equal(inspect(String(src)).flaw, flaw, src);
  }
});

test("picture: a file that says more than it shows is known", () => {
  for (const { name, data, expected } of samples) {
    if (expected) assert.equal(hasMetadata(expected.form, Buffer.from(data, "base64").toString("latin1")), false, name);
  }
  for (const [form, data] of [
    ["jpeg", "\xff\xd8\xff\xe1\x00\x10Exif\0\0"],
    ["jpeg", "\xff\xd8\xff\xe0\x00\x10JFIF\xff\xfe\0\x04hi"],
    ["jpeg", "\xff\xd8\xff\xe1\n\nhttp://ns.adobe.com/xap/1.0/"],
    ["png", `${" ".repeat(400_000)}eXIf`],
    ["webp", "RIFF....WEBPVP8XEXIF"],
    ["avif", "....ftypavif....Exif"],
  ]) {
    assert.equal(hasMetadata(String(form), String(data)), true, form);
  }
  assert.equal(hasMetadata("gif", "Exif"), false);
});

const [chartBounds, pictureBounds] = [kinds.Chart, kinds.Image].map(({ cost }) => /** @type {NonNullable<typeof cost>} */ (cost).bounds);

/** @param {Partial<import("../../web/canvas/allotment.js").Claim>} wish */
const claim = (wish) => ({
  bounds: chartBounds, pixels: 1, area: 10_000, side: 100, order: 0, seen: true, drawn: false, ...wish,
});

test("allotment: of very many charts in sight the largest are drawn, and none that is too small to be read", () => {
  const charts = Array.from({ length: 3_000 }, (_, order) => claim({ order, area: 10_000 + (order % 50) }));
  const drawn = allot(charts);
  assert.equal(drawn.size, 40);
  assert.ok([...drawn].every(({ area }) => area === 10_049));
  assert.equal(allot(charts.map((one) => ({ ...one, side: 20 }))).size, 0);
});

test("allotment: pixels count, what is seen comes first, and what is drawn stays for what is hardly larger", () => {
  const large = { pixels: 20_000_000 };
  const [hidden, small, shown] = [
    claim({ ...large, seen: false, area: 1e9 }), claim({ ...large, area: 100 }), claim({ ...large, area: 90, drawn: true }),
  ];
  assert.deepEqual(allot([hidden, small, shown]), new Set([shown]));
  assert.deepEqual(allot([hidden, { ...small, area: 900 }, shown]).size, 1);
  assert.ok(!allot([hidden, { ...small, area: 900 }, shown]).has(shown));
  const picture = claim({ bounds: pictureBounds, pixels: 24_000_000 });
  assert.equal(allot([picture, { ...picture }, { ...picture }]).size, 2);
  assert.equal(allot([picture, { ...picture }], 0.5).size, 1, "less where there is little memory");
});

test("chart data: of more places than can be told apart, every second, third and so on is drawn", () => {
  const values = Array.from({ length: 10_000 }, (_, place) => place);
  const chart = normalChart("line", { values, labels: values.map((value) => `n${value}`) });
  assert.equal(chart?.labels.length, 2_000);
  assert.equal(chart?.labels[7], "n35");
  assert.deepEqual(chart?.series[0], { name: "", values: Array.from({ length: 2_000 }, (_, place) => place * 5) });
  assert.equal(normalChart("bar", values)?.labels[1], "6", "a place without a name has its number");
  const points = normalChart("scatter", values);
  assert.deepEqual(points?.form === "scatter" && points.series[0]?.points[1], [6, 5]);
  const { series, places } = extent({ series: [{ values }, [1]], labels: ["a"] });
  assert.deepEqual([series, places], [2, 10_000]);
  assert.equal(extent("nothing").marks, 0);
});

const many = { series: Array.from({ length: 50 }, () => Array.from({ length: 1_900 }, (_, place) => place)) };

test("chart data: places by series are bounded, and the marks that are counted are those that are drawn", () => {
  for (const type of ["bar", "line", "pie", "scatter"]) {
    const chart = normalChart(type, many);
    const marks = chart?.series.reduce((sum, one) => sum + ("values" in one ? one.values.length : one.points.length), 0) ?? 0;
    assert.ok(marks > 0 && marks <= extent(many).marks, `${type}: ${marks}`);
  }
  assert.ok(extent(many).marks <= MOST_MARKS);
  assert.equal(extent([1, 2, 3]).marks, 3);
});

test("allotment: charts together have a bounded number of marks, half of it where there is little memory", () => {
  const { marks } = /** @type {NonNullable<typeof kinds.Chart.cost>} */ (kinds.Chart.cost);
  const charts = Array.from({ length: 19 }, () => claim({ marks: marks?.({ type: "Chart", chart_type: "bar", data: many }) ?? 0 }));
  assert.equal(allot(charts).size, 2);
  assert.equal(allot(charts, 0.5).size, 1);
  assert.equal(allot([...charts, claim({ marks: 100 })]).size, 3, "small ones are drawn beside");
});

test("chart data: very many series, and labels for each, end", () => {
  const labels = Array.from({ length: 60_000 }, () => 1);
  const chart = normalChart("bar", { labels, series: Array.from({ length: 60_000 }, () => [1]) });
  assert.equal(chart?.series.length, 50);
  assert.equal(chart?.labels.length, 400);
});

/** A browser that keeps things, and a clock. */
function browser() {
  const store = () => {
    /** @type {Map<string, string>} */
    const kept = new Map();
    return /** @type {Storage} */ (/** @type {unknown} */ ({
      getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
      removeItem: (/** @type {string} */ key) => kept.delete(key),
    }));
  };
  const local = store();
  let tabs = 0;
  const self = {
    now: 1_000,
    tab: () => {
      const own = store();
      return () => new DrawGuard("s", { storage: () => ({ local, own }), now: () => self.now, newId: () => `tab${++tabs}` });
    },
  };
  return self;
}

test("drawing: what did not end is known to the same tab at once, and to others after a while", () => {
  const here = browser();
  const [open, other] = [here.tab(), here.tab()];
  const guard = open();
  assert.equal(guard.unfinished, false);
  guard.begin();
  guard.begin();
  assert.equal(other().unfinished, false, "it may still be drawing");
  assert.equal(open().unfinished, true, "it was loaded again, so it is not");
  here.now += 11_000;
  assert.equal(other().unfinished, true);
  guard.end();
  assert.equal(open().unfinished, false);
});

test("drawing: a page that never began leaves the mark of one that did", () => {
  const here = browser();
  const open = here.tab();
  open().begin();
  open().end();
  assert.equal(open().unfinished, true, "it was not drawn this time");
});

test("drawing: a browser that keeps nothing draws", () => {
  const guard = new DrawGuard("s", { storage: () => { throw new Error("forbidden"); }, now: () => 0, newId: () => "" });
  guard.begin();
  guard.end();
  assert.equal(guard.unfinished, false);
});

test("turns: what takes long gets a frame each", async () => {
  /** @type {(() => void)[]} */
  const frames = [];
  Object.assign(globalThis, {
    document: { hidden: false },
    requestAnimationFrame: (/** @type {() => void} */ act) => frames.push(act),
  });
  const { takeTurn } = await import("../../web/ui/turns.js");
  /** @type {number[]} */
  const given = [];
  const turns = [1, 2, 3].map((turn) => takeTurn().then(() => given.push(turn)));
  for (const turn of [1, 2, 3]) {
    while (frames.length === 0) await new Promise(setImmediate);
    assert.equal(given.length, turn - 1);
    assert.equal(frames.length, 1, "the others wait");
    frames.shift()?.();
    await turns[turn - 1];
  }
  Object.assign(globalThis.document, { hidden: true });
  await takeTurn(); // a hidden page has no frames
});
