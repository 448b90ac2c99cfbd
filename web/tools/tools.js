/** The tools of the canvas: makes the parts and wires them together. */

import { Additions } from "./additions.js";
import { ChartDialog } from "../kinds/chart/dialog.js";
import { Clipboard } from "./clipboard.js";
import { makeCommands } from "./commands.js";
import { make } from "../ui/dom.js";
import { Keys } from "./keys.js";
import { Motion } from "./motion.js";
import { Overlay } from "./overlay.js";
import { Pointer } from "./pointer.js";
import { Properties } from "./properties.js";
import { TextEditor } from "./textedit.js";
import { Toolbar } from "./toolbar.js";
import { Unsaved } from "./unsaved.js";

/** @import {CanvasView} from "../canvas/view.js" */
/** @import {Stage} from "../canvas/stage.js" */
/** @import {Editable} from "../scene/optimisticscene.js" */
/** @import {Motions} from "../scene/previews.js" */
/** @import {Notices} from "../app/notices.js" */
/** @import {Selection} from "./selection.js" */
/** @import {ClientMessage} from "../types/messages.js" */

/**
 * What the tools work with.
 *
 * @typedef {object} Base
 * @property {Editable} draft
 * @property {Motions} previews
 * @property {Stage} stage
 * @property {CanvasView} view
 * @property {Selection} selection
 * @property {Notices} notices
 * @property {string} sessionId
 * @property {(message: ClientMessage) => void} send what may be lost
 */

/** @typedef {Base & {motion: Motion, sizeOfText: TextEditor["measure"]}} Parts */

export class Tools {
  /** Everything that can be done, with its keys. */
  commands;
  /** Goes on with what was being written in this window before. */
  resume;
  /** Opens an element: a text to be written in, anything else with its properties. */
  open;

  /**
   * @param {Base} base
   * @param {HTMLElement} room around the stage, for the bars that lie over it
   */
  constructor(base, room) {
    const { draft, selection, stage, view } = base;
    const motion = new Motion(draft, view, base.send);
    /** @type {Parts} */
    const parts = {
      ...base,
      motion,
      sizeOfText: (kind, width) => editor.measure(kind, width),
    };
    const overlay = new Overlay(parts);
    const editor = new TextEditor(parts, (open) => overlay.setQuiet(open), new Unsaved(base.sessionId, "text"));
    const additions = new Additions(parts, editor);
    const properties = new Properties(parts, (look) => editor.setLook(look));
    const chartDialog = new ChartDialog((chart) => additions.addChart(chart), new Unsaved(base.sessionId, "chart"));
    const open = (/** @type {string} */ id) => {
      const type = draft.get(id)?.kind.type;
      if (type === "Text") return editor.edit(id);
      selection.set([id]);
      if (type !== "Video") properties.open();
    };
    this.open = open;
    this.resume = () => editor.resume();
    const pointer = new Pointer(parts, overlay, { open, write: (at) => editor.write(at) });
    const clipboard = new Clipboard(parts, additions, () =>
      pointer.seen && stage.toScene(pointer.seen.x, pointer.seen.y));
    this.commands = makeCommands(parts, {
      editor,
      additions,
      clipboard,
      open,
      choosePicture: pictureChooser((files) => void additions.addFiles(files)),
      openChart: () => chartDialog.open(),
      toggleProperties: () => properties.toggle(),
    });
    new Keys(parts, this.commands, () => pointer.cancel());
    const toolbar = new Toolbar(this.commands);
    room.append(toolbar.node, properties.node);
    document.body.append(chartDialog.node);
    for (const event of /** @type {const} */ (["history", "replaced", "changed"])) {
      draft.on(event, () => {
        selection.keep((id) => draft.has(id));
        toolbar.refresh();
      });
    }
    selection.on("changed", () => {
      toolbar.refresh();
      for (const node of stage.space.querySelectorAll("[data-selected]")) node.removeAttribute("data-selected");
      for (const id of selection.ids) view.nodeOf(id)?.setAttribute("data-selected", "");
    });
    stage.frame.addEventListener("focusin", ({ target }) => {
      // The pointer chooses by itself, perhaps several.
      const id = pointer.pressed ? null : view.idOf(target);
      if (id && target === view.nodeOf(id) && !selection.has(id)) selection.set([id]);
    });
  }
}

/**
 * @param {(files: File[]) => void} chosen
 * @returns {() => void} opens the browser's own dialog
 */
function pictureChooser(chosen) {
  const field = make("input", { type: "file", accept: "image/*", multiple: "" });
  field.addEventListener("change", () => {
    chosen([...(field.files ?? [])]);
    field.value = "";
  });
  return () => field.click();
}
