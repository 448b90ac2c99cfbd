/** Field in which a message is written: to whom, words, a picture. What is not sent is kept for this window. */

import { lengthOf, tidied } from "../../lib/unicode.js";
import { isComposed } from "../../lib/keys.js";
import { icon, make, setText } from "../../ui/dom.js";
import { shownWords } from "../../lib/foreign.js";
import { isRecord } from "../../lib/own.js";
import { MOST_CHAT_TEXT } from "../../types/limits.js";
import { text } from "../../text/chat.js";
import { chatPicture, picturesIn } from "./picture.js";

/** @import {Notices} from "../../app/notices.js" */
/** @import {Draft} from "../../chat/outbox.js" */
/** @import {Unsaved} from "../../ui/unsaved.js" */

/** The field grows with what is written, up to so many pixels. */
const HIGHEST = 132;

export class Composer {
  #say;
  #notices;
  #unsaved;
  #whom = make("select", { id: "chat-to" });
  #field = make("textarea", { rows: "1", id: "chat-field", "aria-label": text.field, placeholder: text.placeholder, dir: "auto", enterkeyhint: "send", autocomplete: "off" });
  #over = make("p", { class: "chat-over", role: "status" });
  #attached = make("div", { class: "chat-attached", hidden: "" });
  #send = make("button", { type: "submit", class: "primary", "data-action": "send-message", "aria-label": text.send, title: text.send });
  #picture = "";
  /** The people a message can be to, by peer id. @type {Map<string, string>} */
  #people = new Map();
  node = make("form", { class: "chat-form" });

  /**
   * @param {(draft: Draft) => boolean} say false: it is not taken
   * @param {Unsaved<{text: string, to: string}>} unsaved
   * @param {Notices} notices
   */
  constructor(say, unsaved, notices) {
    this.#say = say;
    this.#notices = notices;
    this.#unsaved = unsaved;
    const chooser = make("input", { type: "file", accept: "image/*", hidden: "" });
    const attach = make("button", { type: "button", class: "ghost", "data-action": "attach-picture", "aria-label": text.attach, title: text.attach });
    attach.append(icon("picture"));
    this.#send.append(icon("send"));
    attach.addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", () => {
      void this.#attach([...(chooser.files ?? [])]);
      chooser.value = "";
    });
    const label = make("label", { for: "chat-to" }, text.to);
    this.node.append(
      make("div", { class: "chat-to" }, label, this.#whom),
      this.#attached,
      make("div", { class: "chat-field" }, attach, chooser, this.#field, this.#send),
      this.#over,
    );
    this.#listen();
    this.#recall();
    this.#show();
  }

  #listen() {
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener("input", () => this.#changed());
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.altKey || isComposed(event)) return;
      event.preventDefault();
      this.#submit();
    });
    this.#whom.addEventListener("change", () => this.#changed());
    this.node.addEventListener("paste", (event) => {
      const files = picturesIn(event.clipboardData);
      // Words that were copied with a picture of them are meant as words.
      if (files.length === 0 || event.clipboardData?.getData("text/plain")) return;
      event.preventDefault();
      void this.#attach(files);
    });
  }

  /** @param {HTMLElement} place where pictures can be dropped */
  takeDrops(place) {
    const isFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
    for (const type of /** @type {const} */ (["dragover", "dragenter"])) {
      place.addEventListener(type, (event) => {
        if (!isFiles(event) || this.node.hidden) return;
        event.preventDefault();
        place.toggleAttribute("data-drop", true);
      });
    }
    place.addEventListener("dragleave", ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && place.contains(relatedTarget))) place.toggleAttribute("data-drop", false);
    });
    place.addEventListener("drop", (event) => {
      place.toggleAttribute("data-drop", false);
      if (!isFiles(event) || this.node.hidden) return;
      event.preventDefault();
      void this.#attach(picturesIn(event.dataTransfer));
    });
  }

  focus() {
    this.#field.focus();
  }

  /** @param {Map<string, string>} people who are here, by peer id; their names */
  showPeople(people) {
    const chosen = this.#whom.value;
    // Whoever has left stays chosen: what was meant for one must not go to all.
    const gone = chosen && !people.has(chosen) ? [[chosen, text.away(this.#people.get(chosen) ?? "")]] : [];
    const wanted = [["", text.everyone], ...people, ...gone];
    for (const [peerId, name] of people) this.#people.set(peerId, name);
    const shown = [...this.#whom.options].map(({ value, text: words }) => [value, words]);
    if (JSON.stringify(shown) === JSON.stringify(wanted)) return;
    this.#whom.replaceChildren(...wanted.map(([value = "", name = ""]) => make("option", { value }, name)));
    this.#whom.value = chosen;
    this.#show();
  }

  #submit() {
    const words = tidied(this.#field.value);
    if ((!words.trim() && !this.#picture) || this.#overBy > 0) return;
    const to = this.#whom.value;
    const draft = { text: words.trim() ? words : "", ...(this.#picture && { picture: this.#picture }), ...(to && { to }) };
    if (!this.#say(draft)) return this.#notices.show(text.tooMuch, { key: "chat-full", problem: true });
    this.#field.value = "";
    this.#drop();
    this.#changed();
  }

  get #overBy() {
    return Math.max(0, lengthOf(this.#field.value) - MOST_CHAT_TEXT);
  }

  #changed() {
    const { value } = this.#field;
    const to = this.#whom.value;
    if (value || to) this.#unsaved.keep({ text: value, to });
    else this.#unsaved.forget();
    this.#show();
  }

  #show() {
    const to = this.#whom.value;
    const over = this.#overBy;
    this.node.toggleAttribute("data-private", to !== "");
    this.#field.placeholder = to ? text.placeholderTo(this.#people.get(to) ?? "") : text.placeholder;
    setText(this.#over, over > 0 ? text.tooLong(over) : "");
    this.#send.disabled = over > 0 || (this.#field.value.trim() === "" && !this.#picture);
    this.#field.style.height = "auto";
    const { scrollHeight } = this.#field;
    if (scrollHeight > 0) this.#field.style.height = `${Math.min(HIGHEST, scrollHeight + 2)}px`;
  }

  /** It is in sight, and has a size now. */
  fit() {
    this.#show();
  }

  #recall() {
    const kept = /** @type {unknown} */ (this.#unsaved.recall());
    if (!isRecord(kept)) return;
    if (typeof kept["text"] === "string") this.#field.value = kept["text"].slice(0, 4 * MOST_CHAT_TEXT);
    const to = kept["to"];
    if (typeof to !== "string" || !to) return;
    this.#whom.append(make("option", { value: to }, text.away("")));
    this.#whom.value = to;
  }

  /** @param {File[]} files */
  async #attach(files) {
    const [file, ...others] = files;
    if (!file) return;
    if (others.length > 0) this.#notices.show(text.onePicture, { key: "chat-picture" });
    const picture = await chatPicture(file);
    if (!picture) return this.#notices.show(text.pictureRefused(shownWords(file.name, 120)), { key: "chat-picture", problem: true });
    this.#picture = picture;
    const drop = make("button", { type: "button", class: "ghost", "data-action": "detach-picture", "aria-label": text.detach, title: text.detach });
    drop.append(icon("close"));
    drop.addEventListener("click", () => {
      this.#drop();
      this.#show();
      this.#field.focus();
    });
    this.#attached.replaceChildren(make("img", { src: picture, alt: text.picture }), drop);
    this.#attached.hidden = false;
    this.#show();
    this.#field.focus();
  }

  #drop() {
    this.#picture = "";
    this.#attached.hidden = true;
    this.#attached.replaceChildren();
  }
}
