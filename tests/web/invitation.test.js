/** What the document of a short link brings along, and where it goes (LNK2). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { invitationTo, takeInvitation } from "../../web/connection/invitation.js";
import { JoinToken } from "../../web/connection/jointoken.js";

/** @type {Record<string, string>} */
const kept = {};
/** @type {string[]} */
const addresses = [];

/** @param {string | null} content of the document's invitation */
function openPage(content) {
  let meta = content === null ? null : { getAttribute: () => content, remove: () => (meta = null) };
  Object.assign(globalThis, {
    document: { querySelector: () => meta },
    location: { pathname: "/i/7kq4-m2xz-9rpa", search: "?name=Ada", hash: "" },
    history: { state: null, replaceState: (/** @type {any} */ _, /** @type {string} */ __, /** @type {string} */ to) => addresses.push(to) },
    sessionStorage: { getItem: (/** @type {string} */ key) => kept[key] ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => (kept[key] = value) },
  });
  return () => meta;
}

test("LNK2: a document without an invitation changes nothing", () => {
  openPage(null);
  takeInvitation();
  assert.deepEqual(addresses, []);
  assert.equal(invitationTo("room"), "");
  assert.equal(new JoinToken("room").token, "");
});

test("LNK2: the invitation leaves the document and the address, and its token is of this window", () => {
  const present = openPage("room ey.J.x");
  takeInvitation();
  assert.equal(present(), null);
  assert.deepEqual(addresses, ["/s/room?name=Ada"]);
  takeInvitation(); // whichever part of the page comes first
  assert.equal(invitationTo("room"), "ey.J.x");
  assert.equal(invitationTo("other"), "");
  location.pathname = "/s/room";
  assert.equal(new JoinToken("room").token, "ey.J.x");
  assert.ok(addresses.every((address) => !address.includes("ey.J.x")), "it is in no address");
  assert.deepEqual(Object.values(kept), ["ey.J.x"]);
  assert.equal(new JoinToken("other").token, "");
});
