/** The panel with the outline of the canvas. */

import { text } from "../../text/panels/elements.js";
import { clearCanvas } from "./clear.js";
import { Outline } from "./outline.js";

/** @import {PanelDefinition} from "../panel.js" */

/** @type {PanelDefinition} */
export const elementsPanel = {
  name: "elements",
  label: text.label,
  icon: "list",
  create: ({ scene, sceneView, notices, describe, choose, edit, mayEdit }) =>
    new Outline(sceneView, {
      describe,
      choose,
      edit,
      mayEdit,
      remove: (ids) => sceneView.edit(ids.map((id) => ({ op: "remove", id }))),
      clear: () => void clearCanvas(scene, notices),
    }),
};
