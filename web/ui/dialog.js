/** Dialogs: the browser keeps the focus inside and gives it back, and Escape closes. */

import { icon, make } from "./dom.js";
import { text } from "../text/panels.js";

let dialogs = 0;

/**
 * @param {string} title
 * @param {...(Node | string)} content
 * @returns {HTMLDialogElement} in the page, not yet open; it goes when it is closed
 */
export function makeDialog(title, ...content) {
  const heading = make("h2", { id: `dialog-${++dialogs}` }, title);
  const close = make("button", { type: "button", class: "ghost", "aria-label": text.close, title: text.close });
  close.append(icon("close"));
  const node = make("dialog", { class: "dialog", "aria-labelledby": heading.id });
  node.append(make("div", { class: "dialog-head" }, heading, close), ...content);
  close.addEventListener("click", () => node.close());
  node.addEventListener("click", (event) => {
    if (event.target === node) node.close(); // beside it
  });
  // Keys that close it or act in it mean nothing to the page behind.
  node.addEventListener("keydown", (event) => event.stopPropagation());
  node.addEventListener("close", () => node.remove());
  document.body.append(node);
  return node;
}

/**
 * Ask before something that others will see.
 *
 * @param {string} title
 * @param {string} question
 * @param {string} yes what the button says
 * @returns {Promise<boolean>}
 */
export function confirmed(title, question, yes) {
  const go = make("button", { type: "button", class: "primary", "data-action": "confirm" }, yes);
  const cancel = make("button", { type: "button", "data-action": "cancel" }, text.cancel);
  const buttons = make("div", { class: "dialog-buttons" }, cancel, go);
  const node = makeDialog(title, make("p", {}, question), buttons);
  return new Promise((resolve) => {
    node.addEventListener("close", () => resolve(node.returnValue === "yes"));
    go.addEventListener("click", () => node.close("yes"));
    cancel.addEventListener("click", () => node.close());
    node.showModal();
    go.focus();
  });
}
