/** Which dialog is the uppermost. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { openOnes } from "../../web/ui/above.js";

test("the dialog that was opened last is the uppermost, whatever was closed meanwhile", () => {
  const dialog = () => ({ open: true, isConnected: true });
  const [first, second, third] = [dialog(), dialog(), dialog()];
  let stack = openOnes([], [first]);
  assert.deepEqual(stack, [first]);
  stack = openOnes(stack, [second, third]);
  assert.ok(stack.at(-1) === third);
  second.open = false;
  stack = openOnes(stack, [second]);
  assert.ok(stack.length === 2 && stack[0] === first && stack[1] === third, "one below was closed");
  stack = openOnes(stack, [first, first]);
  assert.ok(stack.at(-1) === first, "closed and opened anew");
  second.open = true;
  stack = openOnes(stack, [second, third, second]);
  assert.ok(stack.length === 3 && stack.at(-2) === third && stack.at(-1) === second, "by the latest change of each");
  third.isConnected = second.open = false;
  stack = openOnes(stack, [second]);
  assert.ok(stack.length === 1 && stack[0] === first, "what is gone from the page is none");
  first.open = false;
  assert.deepEqual(openOnes(stack, [first]), []);
});
