/** Definition of the kind: a 3D model. */

import { text } from "../../text/kinds/model.js";
import { ModelContent } from "./content.js";
import { describeModel } from "./describe.js";
import { fileName } from "../parts/filename.js";

/** @import {Model3D} from "../../types/messages.js" */
/** @import {KindDefinition} from "../definition.js" */

/** @type {KindDefinition<Model3D>} */
export const modelKind = {
  icon: "model",
  label: text.label,
  describe: describeModel,
  copied: ({ src }) => fileName(src),
  content: (node) => new ModelContent(node),
  cost: { bounds: { count: 8, pixels: Infinity, side: 0 }, onlyInSight: true },
};
