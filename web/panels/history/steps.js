/** Groups the entries of the history into steps: who did what to which elements. Pure. */

import { isRemovable } from "../../kinds/kinds.js";
import { shownName } from "../../lib/foreign.js";
import { WRITTEN_FIELDS } from "../../scene/operations.js";

/** @import {Entry} from "../../scene/historyscene.js" */
/** @import {Element as SceneElement, UpdateOperation} from "../../types/messages.js" */

/** @typedef {SceneElement["kind"]} Kind */
/** @typedef {"added" | "edited" | "moved" | "resized" | "turned" | "restacked" | "changed" | "removed" | "cleared" | "restored" | "replaced"} Deed */

/**
 * Changes that belong together: one person did the same for a while.
 *
 * @typedef {object} Step
 * @property {number} first revision
 * @property {number} last revision
 * @property {number} timestamp of the last change
 * @property {string | null} peerId
 * @property {string} name of who did it; empty: not known
 * @property {string} server the other server that it comes from; empty: it was made at this one
 * @property {Deed} deed
 * @property {string[]} ids of the elements, each once
 * @property {Kind | null} kind of the first of them, as it was then
 * @property {number | null} restored the revision that was restored
 */

/** A pause that ends a step. */
const PAUSE_MS = 60_000;
/** A step with many changes is one nobody can point into. */
const MOST_CHANGES = 200;

/**
 * @param {readonly Entry[]} entries oldest first
 * @param {(id: string) => Kind | undefined} kindNow what an element is that came before the entries
 * @returns {Step[]} oldest first
 */
export function historySteps(entries, kindNow) {
  /** @type {Map<string, Kind>} */
  const kinds = new Map();
  /** @type {Step[]} */
  const steps = [];
  for (const entry of entries) {
    const { change } = entry;
    const name = shownName(entry.display_name);
    const server = shownName(entry.server);
    const deed = deedOf(entry);
    const ids = change.op === "replace" ? [] : [change.op === "add" ? (change.element.id ?? "") : change.id];
    const before = steps.at(-1);
    if (change.op === "add") kinds.set(ids[0] ?? "", change.element.kind);
    if (change.op === "replace") for (const { id, kind } of change.elements) kinds.set(id, kind);
    if (before && continues(before, entry, deed)) {
      before.last = entry.revision;
      before.timestamp = entry.timestamp;
      for (const id of ids) if (!before.ids.includes(id)) before.ids.push(id);
      continue;
    }
    const [id = ""] = ids;
    steps.push({
      first: entry.revision,
      last: entry.revision,
      timestamp: entry.timestamp,
      peerId: entry.peer_id ?? null,
      name,
      server,
      deed,
      ids,
      kind: kinds.get(id) ?? kindNow(id) ?? null,
      restored: change.op === "replace" ? (change.restored ?? null) : null,
    });
  }
  return steps;
}

/**
 * @param {Step} step
 * @param {Entry} entry
 * @param {Deed} deed
 * @returns {boolean}
 */
function continues(step, entry, deed) {
  return (
    step.deed === deed &&
    entry.change.op !== "replace" &&
    step.peerId === (entry.peer_id ?? null) &&
    step.name === shownName(entry.display_name) &&
    step.server === shownName(entry.server) &&
    entry.timestamp - step.timestamp < PAUSE_MS &&
    entry.revision - step.first < MOST_CHANGES &&
    // To type into two texts is two things; to move twenty elements is one.
    (deed !== "edited" || step.ids.includes(entry.change.op === "update" ? entry.change.id : ""))
  );
}

/**
 * @param {Entry} entry
 * @returns {Deed}
 */
function deedOf({ change }) {
  switch (change.op) {
    case "add":
      return "added";
    case "remove":
      return "removed";
    case "update":
      return deedOfUpdate(change);
    case "replace":
      if (change.restored != null) return "restored";
      return change.elements.some(({ kind }) => isRemovable(kind)) ? "replaced" : "cleared";
  }
}

/**
 * @param {UpdateOperation} update
 * @returns {Deed}
 */
function deedOfUpdate({ changes: { kind = {}, transform = {} } }) {
  if (WRITTEN_FIELDS.some((field) => field in kind)) return "edited";
  if (Object.keys(kind).length > 0) return "changed";
  if ("width" in transform || "height" in transform) return "resized";
  if ("rotation" in transform) return "turned";
  if ("x" in transform || "y" in transform) return "moved";
  return "z_index" in transform ? "restacked" : "changed";
}
