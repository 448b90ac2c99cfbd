/** Dialog of the invitations: whoever moderates makes links and revokes them. */

import { icon, make } from "../ui/dom.js";
import { errorName, log } from "../lib/log.js";
import { copy } from "../app/page.js";
import { confirmed, makeDialog } from "../ui/dialog.js";
import { shownName } from "../lib/foreign.js";
import { entryOf } from "../lib/own.js";
import { sitePath } from "../lib/site.js";
import { opens } from "./given.js";
import { roleText, text } from "../text/invite.js";

/** @import {JoinToken} from "../connection/jointoken.js" */
/** @import {GivenOut} from "./given.js" */

const ROLES = /** @type {const} */ (["edit", "view", "present", "moderate"]);
const HOUR = 3_600;
const LIVES = [HOUR, 24 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR];

/**
 * @param {string} sessionId
 * @param {JoinToken} pass
 */
export function showInvite(sessionId, pass) {
  if (document.querySelector("dialog.invite")) return;
  new InviteDialog(sessionId, pass);
}

class InviteDialog {
  #sessionId;
  #pass;
  #role = make("select", { id: "invite-role" });
  #life = make("select", { id: "invite-life" });
  #link = make("input", { id: "invite-link", type: "text", readonly: "", "aria-label": text.link });
  #made = make("div", { class: "invite-made", hidden: "" });
  #status = make("p", { class: "invite-said", role: "status" });
  #list = make("ul", { class: "invite-list" });
  #none = make("p", { class: "panel-empty" }, text.none);

  /**
   * @param {string} sessionId
   * @param {JoinToken} pass
   */
  constructor(sessionId, pass) {
    this.#sessionId = sessionId;
    this.#pass = pass;
    for (const role of ROLES) this.#role.append(make("option", { value: role }, roleText[role].choice));
    for (const life of LIVES) this.#life.append(make("option", { value: String(life) }, text.life(life)));
    this.#life.value = String(24 * HOUR);
    const go = make("button", { type: "submit", class: "primary", "data-action": "make-link" }, icon("link"), text.make);
    const form = make(
      "form",
      { class: "invite-form" },
      make("label", { for: this.#role.id }, text.role),
      this.#role,
      make("label", { for: this.#life.id }, text.opens),
      this.#life,
      go,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#make();
    });
    const again = make("button", { type: "button", "data-action": "copy-invitation" }, text.copy);
    again.addEventListener("click", () => void this.#copy());
    this.#made.append(this.#link, again);
    const body = make("div", { class: "invite-body" }, form, this.#made, this.#status, make("h3", {}, text.given), this.#none, this.#list);
    const dialog = makeDialog(text.title, body);
    dialog.classList.add("invite");
    dialog.showModal();
    void this.#refresh();
  }

  async #make() {
    const wish = { session_id: this.#sessionId, role: this.#role.value, expires_in: Number(this.#life.value), short: true };
    const answer = await this.#ask("", { method: "POST", body: JSON.stringify(wish) });
    if (!answer) return;
    this.#link.value = answer.short_link ?? answer.link;
    this.#made.hidden = false;
    await this.#copy();
    await this.#refresh();
  }

  async #copy() {
    const copied = await copy(this.#link.value);
    this.#say(copied ? text.copied : text.notCopied);
    if (!copied) this.#link.select();
  }

  async #refresh() {
    const answer = await this.#ask(`/${this.#sessionId}`, {});
    if (!answer) return;
    const given = /** @type {GivenOut[]} */ (answer.tokens).filter(opens);
    this.#none.hidden = given.length > 0;
    this.#list.replaceChildren(...given.reverse().map((one) => this.#entry(one)));
  }

  /** @param {GivenOut} one */
  #entry(one) {
    const words = text.entry(entryOf(roleText, one.role)?.choice ?? shownName(one.role), new Date(one.made), new Date(one.expires));
    const take = make("button", { type: "button", class: "danger small", "data-action": "revoke", "aria-label": text.takeBackNamed(words) }, text.takeBack);
    take.addEventListener("click", async () => {
      if (!(await confirmed(text.takeBackTitle, text.takeBackQuestion, text.takeBack))) return;
      const answer = await this.#ask(`/${one.token_id}`, { method: "DELETE" });
      if (answer) this.#say(text.takenBack);
      await this.#refresh();
    });
    return make("li", { "data-token-id": one.token_id }, make("span", {}, words), take);
  }

  /**
   * @param {string} path
   * @param {RequestInit} how
   * @returns {Promise<any>} `null`: it was said why not
   */
  async #ask(path, how) {
    try {
      const response = await this.#pass.fetch(sitePath(`api/tokens${path}`), how);
      const answer = await response.json();
      if (response.ok) return answer;
      this.#say(text.failed(answer.error));
    } catch (error) {
      log("invite", errorName(error));
      this.#say(text.failed(text.unreachable));
    }
    return null;
  }

  /** @param {string} words */
  #say(words) {
    this.#status.textContent = words;
  }
}
