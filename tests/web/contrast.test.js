/** The colours of both themes can be told apart (WCAG 2.2, success criteria 1.4.3 and 1.4.11). */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const CSS = readFileSync(new URL("../../web/style.css", import.meta.url), "utf8");
const TEXT = 4.5;
const SHAPE = 3;
const SURFACES = ["page", "surface", "raised"];
/** What is written or drawn in a colour, on which grounds. @type {[string, string[], number][]} */
const PAIRS = [
  ["ink", [...SURFACES, "accent-soft", "good-soft", "warn-soft", "bad-soft"], TEXT],
  ["ink-soft", [...SURFACES, "accent-soft", "good-soft", "warn-soft"], TEXT],
  ["accent", SURFACES, TEXT],
  ["accent", ["accent-soft"], SHAPE],
  ["accent-ink", ["accent"], TEXT],
  ["good", ["good-soft", "surface"], TEXT],
  ["surface", ["good"], TEXT],
  ["warn", ["warn-soft"], TEXT],
  ["bad", ["bad-soft", "raised"], TEXT],
  ["bad-ink", ["bad"], TEXT],
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => /** @type {[string, string[], number]} */ ([`chart-${n}`, ["surface"], SHAPE])),
];

/**
 * @param {string} block of CSS
 * @returns {Map<string, string>} custom properties by name
 */
function propertiesOf(block) {
  return new Map([...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name ?? "", value ?? ""]));
}

/** @returns {Record<"light" | "dark", Map<string, string>>} */
function themes() {
  const blocks = [...CSS.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) => propertiesOf(block ?? ""));
  const [light, dark, contrast] = blocks;
  assert.ok(light && dark && blocks.length === 3, "a light and a dark set of colours, and what differs with more contrast");
  assert.ok([...contrast?.values() ?? []].every((value) => value.includes("var(--ink)")), "made of the ink of either");
  return { light, dark: new Map([...light, ...dark]) };
}

/**
 * @param {string} color `#rrggbb`
 * @returns {number[]} red, green, blue from 0 to 1
 */
function channelsOf(color) {
  const digits = /^#([0-9a-f]{6})$/.exec(color)?.[1];
  assert.ok(digits, `not #rrggbb: ${color}`);
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16) / 255);
}

/**
 * @param {number} hue
 * @param {number} saturation
 * @param {number} light
 * @returns {number[]}
 */
function channelsOfHsl(hue, saturation, light) {
  const reach = saturation * Math.min(light, 1 - light);
  return [0, 8, 4].map((n) => {
    const place = (n + hue / 30) % 12;
    return light - reach * Math.max(-1, Math.min(place - 3, 9 - place, 1));
  });
}

/** @param {number[]} channels */
function luminance(channels) {
  const [red = 0, green = 0, blue = 0] = channels.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * @param {number[]} one
 * @param {number[]} other
 */
function contrast(one, other) {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

for (const [theme, colors] of Object.entries(themes())) {
  test(`what is written can be read in the ${theme} theme`, () => {
    for (const [ink, grounds, least] of PAIRS) {
      for (const ground of grounds) {
        const [one, other] = [ink, ground].map((name) => channelsOf(colors.get(name) ?? ""));
        const found = contrast(one ?? [], other ?? []);
        assert.ok(found >= least, `--${ink} on --${ground}: ${found.toFixed(2)} < ${least}`);
      }
    }
  });

  test(`the colour of every person bears white letters in the ${theme} theme`, () => {
    const light = Number.parseFloat(colors.get("avatar-light") ?? "") / 100;
    for (let hue = 0; hue < 360; hue++) {
      const found = contrast(channelsOfHsl(hue, 0.45, light), [1, 1, 1]);
      assert.ok(found >= TEXT, `hue ${hue}: ${found.toFixed(2)}`);
    }
  });
}

test("colours are named in one place", () => {
  const web = new URL("../../web/", import.meta.url);
  const names = [...propertiesOf(CSS.slice(CSS.indexOf(":root"), CSS.indexOf("}"))).keys()];
  const naming = readdirSync(web, { encoding: "utf-8", recursive: true })
    .filter((path) => path.endsWith(".css") && path !== "style.css" && !/^(?:bundle|vendor)/.test(path))
    .filter((path) => names.some((name) => new RegExp(`--${name}:`).test(readFileSync(new URL(path, web), "utf8"))));
  assert.deepEqual(naming, []);
});
