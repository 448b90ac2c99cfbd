/** The tools of the canvas: makes the parts and wires them together. */

import { announceTools } from "./announcer.js";
import { Additions } from "./additions.js";
import { Clipboard } from "./clipboard.js";
import { commands } from "./commands.js";
import { ContextMenu } from "./contextmenu.js";
import { KeyBindings } from "./keys.js";
import { elementAt } from "./diagrams/binding.js";
import { ArrowHandles } from "./diagrams/handles.js";
import { showHelp } from "./help.js";
import { isHull } from "../canvas/hull.js";
import { definitionOf } from "../kinds/kinds.js";
import { isShape } from "../kinds/shape/outline.js";
import { showEraserBar } from "./ink/eraserbar.js";
import { ActiveMode } from "./modes/activemode.js";
import { showLinksWithCtrl } from "./linkpress.js";
import { Minimap } from "./minimap.js";
import { Motion } from "./motion.js";
import { EnteredGroup } from "./nesting.js";
import { Overlay } from "./overlay.js";
import { Pointer } from "./pointer.js";
import { Properties } from "./properties.js";
import { StyleBar } from "./style/bar.js";
import { TextEditor } from "./textedit.js";
import { Toolbar } from "./toolbar.js";
import { Unsaved } from "../ui/unsaved.js";

/** @import {CanvasView} from "../canvas/view.js" */
/** @import {Point} from "../canvas/geometry.js" */
/** @import {Stage} from "../canvas/stage.js" */
/** @import {Kind, KindName, Size} from "../kinds/definition.js" */
/** @import {Editable} from "../scene/optimisticscene.js" */
/** @import {Motions} from "../scene/previews.js" */
/** @import {Notices} from "../app/notices.js" */
/** @import {Selection} from "./selection.js" */
/** @import {ClientMessage} from "../types/messages.js" */

/**
 * The canvas that the tools work on.
 *
 * @typedef {object} CanvasContext
 * @property {Editable} scene
 * @property {Motions} previews
 * @property {Stage} stage
 * @property {CanvasView} view
 * @property {Selection} selection
 * @property {Notices} notices
 * @property {string} sessionId
 * @property {(message: ClientMessage) => void} send what may be lost
 * @property {(address: string) => Promise<Response>} fetch from the server, as this person
 * @property {{canShow: () => boolean, show: () => void}} showSpeaker brings the tile of who speaks, or spoke last, into sight
 */

/**
 * What every tool has.
 *
 * @typedef {CanvasContext & {
 *   motion: Motion,
 *   entered: EnteredGroup,
 *   mode: ActiveMode,
 *   sizeOfText: (kind: Kind, width?: number) => Size,
 *   open: (id: string) => void,
 * }} EditContext
 */

/**
 * What commands have besides.
 *
 * @typedef {EditContext & {
 *   clipboard: Clipboard,
 *   minimap: Minimap,
 *   properties: Properties,
 *   create: (type: KindName, at?: Point) => void,
 * }} ToolContext
 */

export { showHelp };

export class Tools {
  /** Goes on with what was being written in this window before. */
  resume;
  /** Opens an element: to write in it, else with its properties. @type {(id: string) => void} */
  open;

  /**
   * @param {CanvasContext} canvas
   * @param {{bar: HTMLElement, properties: HTMLElement}} rooms of the toolbar and of the properties
   */
  constructor(canvas, rooms) {
    const { scene, selection, stage, view } = canvas;
    const motion = new Motion(scene, view, canvas.send);
    const mode = new ActiveMode(stage.frame);
    /** @type {EditContext} */
    const context = { ...canvas, motion, mode, entered: new EnteredGroup(scene), sizeOfText: (kind, width) => editor.measure(kind, width), open: (id) => this.open(id) };
    const overlay = new Overlay(context);
    const editor = new TextEditor(context, (open) => overlay.setQuiet(open), new Unsaved(canvas.sessionId, "text"));
    const additions = new Additions(context, editor);
    const properties = new Properties(context, (type, look) => editor.setLook(type, look));
    const open = (/** @type {string} */ id) => {
      const kind = scene.get(id)?.kind;
      const inside = isHull(kind) ? context.entered.enter(id) : null;
      if (inside !== null) return selection.set([inside]);
      if (scene.get(id)?.locked) return selection.set([id]);
      const { text: written, opensProperties = true } = kind ? definitionOf(kind) : { opensProperties: false };
      if (written) return editor.edit(id);
      selection.set([id]);
      if (opensProperties) properties.open();
    };
    this.open = open;
    this.resume = () => editor.resume();
    const pointer = new Pointer(context, overlay, {
      open,
      write: (at) => this.#writeAt(context, editor, at),
      put: (at) => editor.put(at),
      copy: (dx, dy) => clipboard.duplicate(dx, dy),
      menu: (at, id) => contextMenu.openAt(at, id),
    });
    new ArrowHandles(context);
    const clipboard = new Clipboard(context, additions, () =>
      pointer.seen && stage.toScene(pointer.seen.x, pointer.seen.y));
    /** @type {ToolContext} */
    const tools = { ...context, clipboard, minimap: new Minimap(context, rooms.properties), properties, create: (type, at) => additions.create(type, at) };
    const contextMenu = new ContextMenu(tools, commands);
    showLinksWithCtrl(stage.frame);
    announceTools(context, rooms.properties);
    new KeyBindings(tools, commands, () => pointer.cancel());
    const toolbar = new Toolbar(tools, commands);
    rooms.bar.append(toolbar.node);
    rooms.properties.append(properties.node);
    for (const event of /** @type {const} */ (["history", "replaced", "changed"])) {
      scene.on(event, () => {
        selection.keep((id) => scene.has(id));
        toolbar.refresh();
      });
    }
    mode.on("changed", () => toolbar.refresh());
    showEraserBar(context);
    new StyleBar(context, () => properties.open());
    selection.on("changed", () => {
      if (selection.size === 0) context.entered.leave();
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

  /**
   * An area that is seen through is no ground, but the words in it are those of its shape.
   *
   * @param {EditContext} context
   * @param {TextEditor} editor
   * @param {Point} at
   */
  #writeAt(context, editor, at) {
    const id = elementAt(context, at, (one) => isShape(context.scene.get(one)?.kind));
    if (id) this.open(id);
    else editor.write(undefined, at);
  }
}
