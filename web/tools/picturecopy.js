/** The selection as a picture for other programs, drawn by the server: into the clipboard, or as a file. */

import { errorName, log } from "../lib/log.js";
import { sitePath } from "../lib/site.js";
import { save } from "../ui/save.js";
import { pictureText as text } from "../text/tools.js";

/** @import {EditContext} from "./tools.js" */

/** @typedef {"png" | "svg"} PictureForm */

/** As many as the server takes in one address (`http/params.py`). */
export const MOST_IDS = 100;
const TYPES = { png: "image/png", svg: "image/svg+xml" };
/** Pixels of a PNG for a scene unit, and at most. */
const SHARPNESS = 2;
const MOST_WIDTH = 4096;
/** Around what is drawn, in scene units, as the server leaves it. */
const MARGIN = 40;

/**
 * @param {string} sessionId
 * @param {PictureForm} form
 * @param {readonly string[]} ids of the elements
 * @param {number} width of what they take up, in scene units
 * @returns {string} address of the picture
 */
export function pictureAddress(sessionId, form, ids, width) {
  const wishes = new URLSearchParams({ ids: ids.join(",") });
  if (form === "png") wishes.set("width", String(Math.max(1, Math.min(MOST_WIDTH, Math.round((width + 2 * MARGIN) * SHARPNESS)))));
  return `${sitePath(`api/scene/${sessionId}/export.${form}`)}?${wishes}`;
}

/**
 * @param {EditContext} context
 * @param {PictureForm} form
 * @param {number} width of the selection, in scene units
 * @returns {Promise<Blob>} rejected where the server does not draw it
 */
async function drawn({ fetch, sessionId, selection }, form, width) {
  const response = await fetch(pictureAddress(sessionId, form, [...selection.ids], width));
  if (!response.ok) throw new Error(String(response.status));
  return new Blob([await response.arrayBuffer()], { type: TYPES[form] });
}

/**
 * @param {EditContext} context
 * @returns {boolean} it was said that there is too much
 */
function isTooMuch({ selection, notices }) {
  if (selection.size <= MOST_IDS) return false;
  notices.show(text.tooMany(MOST_IDS), { key: "picture", problem: true });
  return true;
}

/**
 * @param {EditContext} context
 * @param {PictureForm} form
 * @param {number} width
 */
export async function copySelection(context, form, width) {
  if (isTooMuch(context)) return;
  const { notices } = context;
  const picture = drawn(context, form, width);
  picture.catch(() => {}); // it is said below
  const action = { label: text.saveInstead, act: () => void saveSelection(context, form, width) };
  try {
    // At once, while the browser still takes it for the person's own deed: what is in it may come later.
    await navigator.clipboard.write([new ClipboardItem(formsOf(form, picture))]);
    notices.show(text.copied(form), { key: "picture" });
  } catch (error) {
    log("picture", errorName(error));
    const isDrawn = await picture.then(() => true, () => false);
    notices.show(isDrawn ? text.refused : text.notDrawn, { key: "picture", problem: true, ...(isDrawn && { action }) });
  }
}

/**
 * A drawing is copied as its text, which is how most programs take it: as `image/svg+xml` the browser would parse it into this page, whose
 * policy has no place for its styles.
 *
 * @param {PictureForm} form
 * @param {Promise<Blob>} picture
 * @returns {Record<string, Promise<Blob>>}
 */
function formsOf(form, picture) {
  if (form === "png") return { [TYPES.png]: picture };
  const words = picture.then(async (blob) => new Blob([await blob.text()], { type: "text/plain" }));
  return { "text/plain": words };
}

/**
 * @param {EditContext} context
 * @param {PictureForm} form
 * @param {number} width
 */
export async function saveSelection(context, form, width) {
  if (isTooMuch(context)) return;
  try {
    save(await drawn(context, form, width), `${context.sessionId}.${form}`);
  } catch (error) {
    log("picture", errorName(error));
    context.notices.show(text.notDrawn, { key: "picture", problem: true });
  }
}
