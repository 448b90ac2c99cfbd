// What the dialog of the invitations shows.

import assert from "node:assert/strict";
import { test } from "node:test";

import { opens } from "../../web/invite/given.js";

/** @import {GivenOut} from "../../web/invite/given.js" */

// report: reading | With a clock that is days ahead, the link just made was not listed, and could not be taken back. |
// A browser two days ahead, a link of one day | The server says which links still open the canvas; the clock of the browser is not asked.
test("which links still open the canvas is for the server to say", (t) => {
  const made = Date.UTC(2026, 0, 1);
  /** @type {GivenOut} */
  const link = { token_id: "x", role: "edit", name: null, made, expires: made + 86_400_000, revoked: false, expired: false };
  for (const days of [-400, 0, 2, 400]) {
    t.mock.timers.enable({ apis: ["Date"], now: made + days * 86_400_000 });
    assert.equal(opens(link), true);
    assert.equal(opens({ ...link, expired: true }), false);
    assert.equal(opens({ ...link, revoked: true }), false);
    t.mock.timers.reset();
  }
});
