/** The panel with the outline of the canvas. */

import { clearCanvas } from "./clear.js";
import { Outline } from "./outline.js";

/** @import {Panel, PanelContext} from "../panel.js" */

/**
 * @param {PanelContext} context
 * @returns {Panel}
 */
export function create({ scene, sceneView, notices, describe, marks, notesOf, choose, edit, mayEdit }) {
  return new Outline(sceneView, marks, {
    describe,
    notesOf,
    choose,
    edit,
    mayEdit,
    remove: (ids) => sceneView.edit(ids.map((id) => ({ op: "remove", id }))),
    clear: () => void clearCanvas(scene, notices),
  });
}
