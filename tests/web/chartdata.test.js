/** Reads the samples that the export on the server reads as well. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { normalChart } from "../../web/kinds/chart/data.js";

const samples = JSON.parse(
  readFileSync(new URL("../samples/charts.json", import.meta.url), "utf-8"),
);

for (const { name, chart_type, data, expected } of samples) {
  test(`chart data: ${name}`, () => {
    assert.deepEqual(normalChart(chart_type, data), expected);
  });
}

test("chart data: what is no data at all draws nothing", () => {
  for (const data of [null, undefined, "text", 7, [], {}, { series: [null, 3] }, [[]], ["x"]]) {
    assert.equal(normalChart("bar", data), null, JSON.stringify(data));
    assert.equal(normalChart("scatter", data), null, JSON.stringify(data));
  }
});

test("chart data: an unknown type with data is drawn as bars", () => {
  assert.equal(normalChart("radar", [1])?.form, "bar");
});

test("chart data: a very long list is read", () => {
  const values = Array.from({ length: 200_000 }, (_, place) => place);
  assert.equal(normalChart("line", values)?.labels.length, 2_000);
});
