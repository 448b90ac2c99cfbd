/**
 * What the page computes of strokes, for tests in Python: a JSON object a line with the name of the computation (`do`) and
 * what it takes; the answer is a line of JSON.
 */

import { createInterface } from "node:readline";

import { decodeTrace, encodeTrace } from "../../../web/canvas/trace.js";
import { flattened } from "../../../web/kinds/ink/spline.js";
import { asStroke, left, merged, under } from "../../../web/tools/ink/erasing.js";
import { boxed, finishedPoints } from "../../../web/tools/ink/finished.js";
import { thinned } from "../../../web/tools/ink/thinning.js";

const computations = {
  thin: ({ points, bound }) => {
    const kept = thinned(points, bound);
    return { kept, line: flattened(kept) };
  },
  finish: ({ points, scale }) => boxed(finishedPoints(points, scale)),
  erase: ({ points, strips }) => {
    const pieces = left(points, merged(strips.flatMap((strip) => under(points, strip))));
    return { line: flattened(points), pieces: pieces.map((piece) => flattened(asStroke(piece))) };
  },
  trace: ({ points }) => {
    const letters = encodeTrace(points, { x: 0, y: 0 });
    return { letters, read: decodeTrace(letters, { x: 0, y: 0 }, points[0]?.length === 3) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...given } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(computations[name](given))}\n`);
}
