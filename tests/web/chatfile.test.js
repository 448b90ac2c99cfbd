/** The chat as a file. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { chatAsText } from "../../web/panels/save/chatfile.js";

test("chat: as a text it says who, when, to whom alone, and what, on its lines", () => {
  const said = (/** @type {object} */ more) => /** @type {any} */ ({ type: "chat_message", id: 1, from_peer_id: "a", timestamp: Date.UTC(2026, 4, 5, 12), ...more });
  const file = chatAsText([
    said({ name: "Ada", text: "one\n  two" }),
    said({ name: null, text: "psst", to: "b", to_name: "Bob" }),
    said({ name: "E\u202eve", picture: "data:image/png;base64,AA==" }),
  ], (id) => `Guest ${id}`);
  const parts = file.split("\n\n");
  assert.equal(parts.length, 3);
  assert.match(parts[0] ?? "", /2026.* · Ada\n {4}one\n {6}two$/);
  assert.match(parts[1] ?? "", / · Guest a \(only to Bob\)\n {4}psst$/);
  assert.match(parts[2] ?? "", / · Eve\n {4}\[Picture\]\n$/);
});
