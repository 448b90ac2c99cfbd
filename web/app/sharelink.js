/** The buttons that share the link of this session, or invite by a link of its own where the person may. */

import { showInvite } from "../invite/dialog.js";
import { text } from "../text/calls.js";
import { text as inviteText } from "../text/invite.js";
import { setText } from "../ui/dom.js";
import { copy, linkToShare } from "./page.js";

/** @import {Context} from "./context.js" */

/** @param {Pick<Context, "sessionId" | "pass" | "rights" | "notices">} context */
export function connectShareLink({ sessionId, pass, rights, notices }) {
  rights.on("changed", () => {
    for (const words of document.querySelectorAll("[data-copy-link] span")) {
      setText(words, rights.has("moderate") ? inviteText.invite : text.copyLink);
    }
  });
  const share = async () => {
    if (rights.has("moderate")) return showInvite(sessionId, pass);
    if (pass.token) return notices.show(inviteText.onlyByLink, { key: "link" });
    const link = linkToShare();
    const copied = await copy(link);
    const message = copied ? text.linkCopied : text.linkNotCopied(link);
    notices.show(message, { key: "link", stays: !copied });
  };
  for (const button of document.querySelectorAll("[data-copy-link]")) button.addEventListener("click", share);
}
