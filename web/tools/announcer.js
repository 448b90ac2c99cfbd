/** Live region of the tools, for screen readers: the tool that was chosen, and what was made by the person here. */

import { make } from "../ui/dom.js";
import { text } from "../text/tools.js";
import { modes } from "./modes/modes.js";

/** @import {EditContext} from "./tools.js" */

/**
 * @param {EditContext} context
 * @param {HTMLElement} room around the stage
 */
export function announceTools({ mode, selection, scene, view }, room) {
  const status = make("p", { class: "unseen", role: "status", "data-said": "" });
  room.append(status);
  const say = (/** @type {string} */ words) => {
    if (words !== status.textContent) status.textContent = words;
  };
  mode.on("changed", (now) => say(now === modes[0] ? "" : now.stays ? text.toolChosen(now.label) : text.toolByKeys(now.label)));
  /** @type {Set<string>} what the person had not yet selected when it came */
  const known = new Set([...scene.elements()].map(({ id }) => id));
  scene.on("replaced", () => {
    known.clear();
    for (const { id } of scene.elements()) known.add(id);
  });
  // What one makes is selected at once; what others make is not.
  selection.on("changed", () => {
    const fresh = [...selection.ids].filter((id) => !known.has(id));
    for (const id of fresh) known.add(id);
    const [first] = fresh;
    if (first) say(fresh.length === 1 ? text.made(view.describe(first)) : text.madeSeveral(fresh.length));
  });
}
