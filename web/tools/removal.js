/** Removal of elements by the person here. */

import { isRemovable } from "../kinds/kinds.js";
import { text } from "../text/tools.js";

/** @import {EditContext} from "./tools.js" */

/**
 * Remove what may be removed, as one edit; of cameras it is said that they stay.
 *
 * @param {Pick<EditContext, "scene" | "notices" | "stage">} context
 * @param {Iterable<string>} wanted ids
 */
export function removeElements({ scene, notices, stage }, wanted) {
  const ids = [...wanted].filter((id) => scene.has(id));
  const removable = ids.filter((id) => isRemovable(scene.get(id)?.kind));
  if (removable.length < ids.length) notices.show(text.tileStays, { key: "tile" });
  if (removable.length === 0) return;
  scene.edit(removable.map((id) => ({ op: "remove", id })));
  stage.frame.focus({ preventScroll: true });
}
