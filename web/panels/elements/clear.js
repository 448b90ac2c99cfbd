/** Clears the canvas, once the person has confirmed it. */

import { isRemovable } from "../../kinds/kinds.js";
import { text } from "../../text/panels/elements.js";
import { historyFaultText } from "../../text/panels/history.js";
import { confirmed } from "../../ui/dialog.js";

/** @import {Notices} from "../../app/notices.js" */
/** @import {OptimisticScene} from "../../scene/optimisticscene.js" */

/**
 * Ask, then remove everything that can be removed.
 *
 * @param {OptimisticScene} scene
 * @param {Notices} notices
 * @returns {Promise<boolean>} whether it was done
 */
export async function clearCanvas(scene, notices) {
  const count = [...scene.elements()].filter(({ kind }) => isRemovable(kind)).length;
  if (!(await confirmed(text.clearTitle, text.clearQuestion(count), text.clearNow))) return false;
  const refusal = await scene.clear();
  const words = refusal ? historyFaultText(refusal.code) : text.cleared;
  notices.show(words, { problem: refusal !== null, key: "clear" });
  return refusal === null;
}
