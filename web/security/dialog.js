/** Dialog with the code of a call, to be compared with what the other side sees. */

import { make, setText } from "../ui/dom.js";
import { errorName, log } from "../lib/log.js";
import { makeDialog } from "../ui/dialog.js";
import { text } from "../text/security.js";
import { codeOf } from "./code.js";

/** @import {VerifiedCalls} from "./verifiedcalls.js" */

/**
 * @param {VerifiedCalls} compared
 * @param {string} peerId
 * @param {string} name of that peer
 */
export async function showCode(compared, peerId, name) {
  if (document.querySelector("dialog.code")) return;
  const list = make("ol", { class: "code-pictures", "aria-label": text.code });
  const status = make("p", { class: "code-said", role: "status" }, text.computing);
  const same = make("button", { type: "button", class: "primary", "data-action": "same-code", disabled: "" }, text.same);
  const other = make("button", { type: "button", "data-action": "other-code", disabled: "" }, text.other);
  const dialog = makeDialog(
    text.title(name),
    make("p", {}, text.how),
    list,
    status,
    make("div", { class: "dialog-buttons" }, other, same),
  );
  dialog.classList.add("code");
  dialog.showModal();
  const agreed = compared.agreed(peerId);
  same.addEventListener("click", () => {
    // While the dialog was open the call may have got other certificates: those were not compared.
    if (compared.agreed(peerId) !== agreed) return setText(status, text.changed(name));
    compared.confirm(peerId);
    dialog.close();
  });
  other.addEventListener("click", () => {
    setText(status, text.beware);
    status.classList.add("problem");
  });
  if (!agreed) return setText(status, text.notConnected);
  try {
    const pictures = await codeOf(agreed);
    const parts = pictures.map(([picture, word]) => {
      const shown = make("span", { class: "code-picture", "aria-hidden": "true" }, picture);
      return make("li", {}, shown, make("span", {}, word));
    });
    list.append(...parts);
    setText(status, compared.has(peerId) ? text.compared : "");
    same.disabled = other.disabled = false;
  } catch (error) {
    log("security", errorName(error));
    setText(status, text.needsHttps);
  }
}
