/** The buttons that share the link of this session, or invite by a link of its own where the person may. */

import { text } from "../text/calls.js";
import { text as inviteText } from "../text/invite.js";
import { setText } from "../ui/dom.js";
import { Part } from "../ui/part.js";
import { copy, linkToShare } from "./page.js";

/** @import {Context} from "./context.js" */

/**
 * @param {Pick<Context, "connection" | "sessionId" | "pass" | "rights" | "notices">} context
 * @returns {Part<any>} the dialog that invites
 */
export function connectShareLink({ connection, sessionId, pass, rights, notices }) {
  rights.on("changed", () => {
    for (const words of document.querySelectorAll("[data-copy-link] span")) {
      setText(words, rights.has("moderate") ? inviteText.invite : text.copyLink);
    }
  });
  const invite = new Part(() => import("../invite/dialog.js"));
  const share = async () => {
    if (pass.token) await isJoined(connection); // what this person may do is known then
    if (rights.has("moderate")) return invite.use(({ showInvite }) => showInvite(sessionId, pass), notices);
    if (pass.token) return notices.show(inviteText.onlyByLink, { key: "link" });
    const link = linkToShare();
    const copied = await copy(link);
    const message = copied ? text.linkCopied : text.linkNotCopied(link);
    notices.show(message, { key: "link", stays: !copied });
  };
  for (const button of document.querySelectorAll("[data-copy-link]")) button.addEventListener("click", share);
  return invite;
}

/**
 * @param {Context["connection"]} connection
 * @returns {Promise<void>} when the server has given this window its place
 */
function isJoined(connection) {
  if (connection.peerId !== null && connection.state !== "connecting") return Promise.resolve();
  return new Promise((resolve) => {
    const off = connection.on("peer_assigned", () => {
      off();
      resolve();
    });
  });
}
