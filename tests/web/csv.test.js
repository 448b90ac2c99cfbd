/** Tables of text as charts. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInThisContext } from "node:vm";

import { chartOfTable } from "../../web/kinds/chart/csv.js";

runInThisContext(readFileSync(new URL("../../web/vendor/papaparse/papaparse.min.js", import.meta.url), "utf8"));
const { parse } = /** @type {any} */ (globalThis).Papa;

/** @param {string} text */
const chart = (text) => chartOfTable(text, parse);

test("names of columns, labels and numbers are told apart", () => {
  assert.deepEqual(chart("Quarter,North,South\nQ1,10,3.5\nQ2,12,\nQ3,9,4\n"), {
    chart_type: "bar",
    data: {
      title: "",
      labels: ["Q1", "Q2", "Q3"],
      series: [
        { name: "North", values: [10, 12, 9] },
        { name: "South", values: [3.5, null, 4] },
      ],
    },
  });
});

test("one series gives the chart its title", () => {
  const drawn = chart("Fruit\tKilos\nApples\t3\nPears\t4");
  assert.equal(drawn?.data.title, "Kilos");
  assert.deepEqual(drawn?.data.labels, ["Apples", "Pears"]);
});

test("a table without names of columns", () => {
  assert.deepEqual(chart("a;1\nb;2")?.data.series, [{ name: "", values: [1, 2] }]);
  assert.deepEqual(chart("1,2\n3,4\n0,9")?.data.labels, ["1", "2", "3"], "no column of labels: counted");
});

test("decimal commas, groups of thousands, money and per cent", () => {
  assert.deepEqual(chart("a;1,5\nb;1.234,25\nc;7")?.data.series[0]?.values, [1.5, 1234.25, 7]);
  assert.deepEqual(chart('a,"1,234.5"\nb,"12,000"')?.data.series[0]?.values, [1234.5, 12000]);
  assert.deepEqual(chart("a\t12 %\nb\t$1,200.50\nc\t-€3")?.data.series[0]?.values, [12, 1200.5, -3]);
  assert.deepEqual(chart("a\t1\u00a0234,5\nb\t2\u202f000,1")?.data.series[0]?.values, [1234.5, 2000.1]);
  assert.deepEqual(chart("a;1,234\nb;2,500")?.data.series[0]?.values, [1.234, 2.5], "semicolons mean decimal commas");
  assert.deepEqual(chart("a\t1,234\nb\t2,500")?.data.series[0]?.values, [1234, 2500]);
});

test("quotes, byte order mark, empty lines and empty columns", () => {
  const drawn = chart('\ufeffWhat,How many,\r\n"Nuts, ""salted""",4,\r\n\r\n"two\nlines",5,\r\n');
  assert.deepEqual(drawn?.data.labels, ['Nuts, "salted"', "two\nlines"]);
  assert.deepEqual(drawn?.data.series, [{ name: "How many", values: [4, 5] }]);
});

test("years are labels, and drawn as a line", () => {
  const drawn = chart("Year,People\n2020,5\n2021,6\n2022,8");
  assert.equal(drawn?.chart_type, "line");
  assert.deepEqual(drawn?.data.labels, ["2020", "2021", "2022"]);
  assert.deepEqual(drawn?.data.series, [{ name: "People", values: [5, 6, 8] }]);
  assert.equal(chart("a,1\nb,2\nc,3")?.chart_type, "bar");
});

test("one row of numbers below names", () => {
  assert.deepEqual(chart("Yes,No,Perhaps\n5,3,1")?.data, {
    title: "",
    labels: ["Yes", "No", "Perhaps"],
    series: [{ name: "", values: [5, 3, 1] }],
  });
});

test("what is no table is none", () => {
  for (const text of [
    "",
    "just words",
    "Hello, 5",
    "two lines\nof words",
    "Dear Ada,\nthe numbers are 5, 6 and 7.\nBob",
    "a,b\nc,d",
    "1\n2\n3",
    "a,1\nb,2,3",
    "x|y\n|",
    ",,,\n,,,",
  ]) {
    assert.equal(chart(text), null, JSON.stringify(text));
  }
  assert.equal(chart(Array.from({ length: 3000 }, (_, row) => `a,${row}`).join("\n")), null, "far too long");
});
