/**
 * The lobby: a card above the dock with name, preview, devices, who is in the call, and the controls of the call, which are
 * the dock's own: they move here while it is open. It is no dialog: the canvas behind it can be seen and used.
 */

import { LocalMedia } from "../media/local.js";
import { text } from "../text/lobby.js";
import { byId, icon, make, setText } from "../ui/dom.js";
import { isComposed } from "../lib/keys.js";
import { Preview } from "./preview.js";

/** @import {Context} from "../app/context.js" */
/** @import {Person} from "../people/person.js" */

const MOST_FACES = 5;
/** Where the focus in a field brings no keyboard onto the screen, over the lobby. */
const KEYBOARD = "(hover: hover) and (pointer: fine) and (not (any-pointer: coarse))";
/** Controls of the dock that are here while it is open, in their order. */
const CONTROLS = ["mute", "camera", "blur", "devices", "join-call"];

/** @param {Context} context */
export function openLobby(context) {
  if (!context.lobby.isOpen && !context.signaling.inCall) new Lobby(context);
}

class Lobby {
  #context;
  #node = byId("lobby", HTMLElement);
  #people = byId("people", HTMLElement);
  #own = /** @type {HTMLElement} */ (byId("own-name", HTMLInputElement).closest(".own"));
  #faces = make("span", { class: "lobby-faces", "aria-hidden": "true" });
  #who = make("span", {});
  #title = make("h2", { id: "lobby-title" }, text.title);
  #hint = make("p", { class: "lobby-hint", hidden: "" });
  /** Where in the dock each control that is here has its place. @type {[HTMLElement, Comment][]} */
  #lent = [];
  #preview;
  #off;

  /** @param {Context} context */
  constructor(context) {
    const { media, choices, lobby, signaling, connection } = context;
    this.#context = context;
    const own = new LocalMedia(choices, media.mayPublish, media.intentions);
    this.#preview = new Preview(own);
    const close = make("button", { type: "button", class: "ghost", "data-action": "lobby-close", "aria-label": text.close, title: text.close });
    close.append(icon("close"));
    close.addEventListener("click", () => this.#close());
    const controls = make("div", { class: "lobby-controls", role: "group", "aria-label": text.title });
    const side = make("div", { class: "lobby-side" }, this.#own, this.#hint, this.#preview.faults);
    this.#node.append(
      make("div", { class: "lobby-head" }, make("div", {}, this.#title, make("p", { class: "lobby-who", role: "status" }, this.#faces, this.#who)), close),
      make("div", { class: "lobby-body" }, this.#preview.picture, side),
      controls,
    );
    this.#node.setAttribute("aria-labelledby", this.#title.id);
    this.#node.addEventListener("keydown", this.#key);
    this.#borrow(controls);
    this.#node.hidden = false;
    this.#off = [
      own.on("changed", () => lobby.tell()),
      lobby.on("changed", () => lobby.isOpen || this.#close()),
      signaling.on("entered", () => this.#close()),
      connection.on("state", (state) => (state === "closed" ? this.#close() : this.show())),
      connection.on("message", () => this.show()),
      context.rights.on("changed", () => this.show()),
    ];
    lobby.open(own);
    this.show();
    if (isIdle() && matchMedia(KEYBOARD).matches) byId("own-name", HTMLInputElement).focus();
  }

  /** @param {HTMLElement} room of the controls of the call */
  #borrow(room) {
    for (const name of CONTROLS) {
      const control = document.querySelector(`.dock-button[data-action="${name}"]`);
      if (!(control instanceof HTMLElement)) continue;
      const place = document.createComment(name);
      control.replaceWith(place);
      room.append(control);
      this.#lent.push([control, place]);
    }
  }

  show() {
    const { roster, connection, describe, signaling, mayPublish } = this.#context;
    const isWaiting = connection.isWaiting;
    setText(this.#title, isWaiting ? text.waitTitle : text.title);
    const others = [...roster.peers.keys()].filter((id) => id !== connection.peerId).map(describe);
    const members = others.filter(({ inGroup }) => inGroup);
    const names = members.map(({ name }) => name);
    setText(this.#who, isWaiting ? text.waitHint : names.length > 0 ? text.members(names) : text.nobody);
    this.#showFaces(isWaiting ? [] : members);
    const hint = !mayPublish() ? text.listen : signaling.isGroupFull ? text.full : "";
    setText(this.#hint, hint);
    this.#hint.hidden = hint === "";
    this.#preview.picture.hidden = !mayPublish();
    this.#node.toggleAttribute("data-listens", !mayPublish());
    this.#node.toggleAttribute("data-waiting", isWaiting);
    if (names.length > 0) signaling.expectCall();
  }

  /** @param {Person[]} members */
  #showFaces(members) {
    const shown = members.slice(0, MOST_FACES).map(({ peerId, initial, hue }) => ({ peerId, initial, hue }));
    const described = JSON.stringify(shown);
    if (this.#faces.dataset["shown"] === described) return;
    this.#faces.dataset["shown"] = described;
    this.#faces.replaceChildren(...shown.map(({ initial, hue }) => {
      const face = make("span", { class: "avatar" }, initial);
      face.style.setProperty("--hue", String(hue));
      return face;
    }));
  }

  /** Enter in the name joins; Escape closes. @param {KeyboardEvent} event */
  #key = (event) => {
    if (event.defaultPrevented || isComposed(event)) return;
    if (event.key === "Escape" && !this.#context.connection.isWaiting) {
      event.preventDefault();
      this.#close();
    }
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.target.blur(); // what was typed counts
    if (!this.#context.connection.isWaiting) {
      byId("dock", HTMLElement).focus();
      this.#context.signaling.joinCall();
    }
  };

  /** The devices of a call are opened before those of the preview are closed: the camera stays warm. */
  #close() {
    if (this.#off.length === 0) return;
    const hadFocus = this.#node.contains(document.activeElement);
    for (const off of this.#off.splice(0)) off();
    this.#node.removeEventListener("keydown", this.#key);
    this.#node.hidden = true;
    this.#people.prepend(this.#own);
    for (const [control, place] of this.#lent.splice(0)) place.replaceWith(control);
    this.#node.replaceChildren();
    this.#context.lobby.close();
    const { media } = this.#context;
    if (!media.starting) this.#preview.close();
    else {
      const off = media.on("changed", () => {
        if (media.starting) return;
        off();
        this.#preview.close();
      });
    }
    if (hadFocus) byId("dock", HTMLElement).focus();
  }
}

/** @returns {boolean} the person is doing nothing in the page yet */
function isIdle() {
  return document.activeElement === null || document.activeElement === document.body;
}
