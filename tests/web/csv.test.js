/** Tables of text as charts. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInThisContext } from "node:vm";

import { chartOfTable, isListing } from "../../web/kinds/chart/csv.js";

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

// report: reading | Copied sums of money become other numbers, and a row of them the names of columns
// | Jahr;Umsatz and 1.250.000; ₹1,23,456; (1,200) and 300
// | Groups of three and of two, each sign of money, and brackets as below zero
test("groups, money and brackets as spreadsheets write them", () => {
  const years = chart("Jahr;Umsatz\n2020;1.250.000\n2021;950.000");
  assert.deepEqual(years?.data.labels, ["2020", "2021"]);
  assert.deepEqual(years?.data.series, [{ name: "Umsatz", values: [1_250_000, 950_000] }]);
  assert.deepEqual(chart("a\t1.234.567\nb\t2")?.data.series[0]?.values, [1_234_567, 2]);
  assert.deepEqual(chart("a\t₹1,23,456\nb\t₹2,00,000.50")?.data.series[0]?.values, [123_456, 200_000.5]);
  assert.deepEqual(chart("a\t12,34,567\nb\t₩ 9")?.data.series[0]?.values, [1_234_567, 9]);
  assert.deepEqual(chart("a\t(1,200)\nb\t300\nc\t($4)")?.data.series[0]?.values, [-1200, 300, -4]);
  assert.deepEqual(chart("a\t\u22125\nb\t\u20133\nc\t-\u20ac1")?.data.series[0]?.values, [-5, -3, -1]);
  assert.equal(chart("Dear Ada\tit costs 1,5\nand\t2,7 more"), null, "commas within cells divide none");
  const listing = chart("(1)\tApples\n(2)\tPears");
  assert.ok(listing && isListing(listing));
});

// report: reading | A column with one cell that has no number is no chart, or loses its first row
// | -, –, n/a, NaN, #N/A and #DIV/0! among numbers
// | A gap, as an empty cell is
test("what stands for no number is a gap", () => {
  for (const gap of ["", "-", "\u2013", "n/a", "NaN", "#N/A", "#DIV/0!"]) {
    assert.deepEqual(chart(`Day\tKm\na\t5\nb\t${gap}\nc\t7`)?.data.series, [{ name: "Km", values: [5, null, 7] }], gap);
    if (gap) assert.deepEqual(chart(`a\t${gap}\nb\t5`)?.data.series[0]?.values, [null, 5], gap);
  }
  assert.equal(chart("a\t-\nb\tn/a"), null, "no number at all");
});

// report: reading | Numbers in Arabic, Persian or full-width digits are text
// | ١٢٫٥, ۱٬۲۰۰, １２
// | The numbers that they are
test("digits of other scripts", () => {
  assert.deepEqual(chart("a\t١٢٫٥\nb\t٣")?.data.series[0]?.values, [12.5, 3]);
  assert.deepEqual(chart("a\t۱٬۲۰۰\nb\t۴۵٪")?.data.series[0]?.values, [1200, 45]);
  assert.deepEqual(chart("a\t１２\nb\t－３．５")?.data.series[0]?.values, [12, -3.5]);
  assert.equal(chart("a\t5²\nb\t6²"), null);
});
