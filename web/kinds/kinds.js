/**
 * The kinds of elements, each with its definition. Whatever depends on what an element is asks here: the type checker
 * refuses a kind of the protocol that is missing.
 */

import { shownName } from "../lib/foreign.js";
import { standIn } from "../ui/standin.js";
import { text } from "../text/canvas.js";
import { KIND_TRAITS } from "../types/traits.js";
import { arrowKind } from "./arrow/kind.js";
import { chartKind } from "./chart/kind.js";
import { frameKind } from "./frame/kind.js";
import { groupKind } from "./group/kind.js";
import { imageKind } from "./image/kind.js";
import { inkKind } from "./ink/kind.js";
import { modelKind } from "./model/kind.js";
import { noteKind } from "./note/kind.js";
import { shapeKind } from "./shape/kind.js";
import { textKind } from "./text/kind.js";
import { videoKind } from "./video/kind.js";

/** @import {Content, Kind, KindDefinition, KindName} from "./definition.js" */

/** @type {{[K in Kind as K["type"]]: KindDefinition<K>}} in the order in which they are offered */
export const kinds = {
  Text: textKind,
  Note: noteKind,
  Image: imageKind,
  Chart: chartKind,
  Model3D: modelKind,
  Video: videoKind,
  Ink: inkKind,
  Shape: shapeKind,
  Arrow: arrowKind,
  Frame: frameKind,
  Group: groupKind,
};

/** What words become that no other kind takes, and what is written at an empty place. @type {KindName} */
export const PLAIN_TEXT = "Text";

/**
 * @param {string} streamId
 * @returns {Kind} of the tile that shows a stream
 */
export function tileKind(streamId) {
  return { type: "Video", stream_id: streamId };
}

/** What a newer server knows and this page does not. @type {KindDefinition<any>} */
const UNKNOWN = {
  icon: "picture",
  label: "",
  describe: (kind) => text.unknownKind(shownName(kind.type)),
  content: (node) => ({ show: (kind) => standIn(node, UNKNOWN.icon, UNKNOWN.describe(kind)) }),
};

/**
 * @param {string} type
 * @returns {type is KindName}
 */
export function isKnownKind(type) {
  return Object.hasOwn(kinds, type);
}

/**
 * @param {{type: string}} kind
 * @returns {KindDefinition<any>}
 */
export function definitionOf({ type }) {
  return isKnownKind(type) ? kinds[type] : UNKNOWN;
}

/**
 * @param {Kind} kind
 * @param {(peerId: string) => string} [nameOf] the name of a person
 * @returns {string} an element in words
 */
export function describeKind(kind, nameOf) {
  return definitionOf(kind).describe(kind, nameOf);
}

/**
 * @param {string} type
 * @returns {string} what an element of the kind is called
 */
export function labelOf(type) {
  return definitionOf({ type }).label || type;
}

/**
 * @param {Kind | undefined} kind
 * @returns {boolean} it is resized in proportion
 */
export function keepsAspect(kind) {
  return kind !== undefined && definitionOf(kind).keepsAspect === true;
}

/**
 * @param {Kind | undefined} kind
 * @returns {boolean} people may remove and copy it; a stream's tile goes with its call (rule SCN3)
 */
export function isRemovable(kind) {
  return kind !== undefined && !(isKnownKind(kind.type) && KIND_TRAITS[kind.type].tile);
}

/**
 * @param {Kind} kind
 * @returns {string | null} what a person wrote in it; `null`: nothing is written in such an element
 */
export function textOf(kind) {
  const { text: written } = definitionOf(kind);
  if (!written) return null;
  const content = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (kind))[written.field];
  return typeof content === "string" ? content : "";
}

/**
 * @param {Kind} kind
 * @returns {string} what a text program gets of an element; may be empty
 */
export function copiedWords(kind) {
  return definitionOf(kind).copied?.(kind) ?? textOf(kind) ?? "";
}

/**
 * @param {Kind} kind
 * @returns {string | null} the address of the picture that an element is; `null`: it is something else
 */
export function pictureIn(kind) {
  return definitionOf(kind).picture?.(kind) ?? null;
}

/**
 * A card in the place of what is not drawn for now, since so much is in sight.
 *
 * @param {HTMLElement} node
 * @param {Kind} kind
 * @returns {Content<any>}
 */
export function cardFor(node, kind) {
  const { icon, describe } = definitionOf(kind);
  return { show: (shown) => standIn(node, icon, text.tooMany(describe(shown))) };
}
