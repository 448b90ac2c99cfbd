/** The board: the canvas, what this person does on it, and what the server says about it. */

import { CanvasView } from "./canvas/view.js";
import { byId } from "./dom.js";
import { Draft } from "./editing/draft.js";
import { Previews } from "./editing/previews.js";
import { Stage } from "./canvas/stage.js";
import { text } from "./text/canvas.js";
import { Selection } from "./tools/selection.js";
import { Tools } from "./tools/tools.js";

/** @import {CanvasHooks} from "./canvas/view.js" */
/** @import {CanvasConnection} from "./protocol.js" */
/** @import {Notices} from "./notices.js" */
/** @import {SceneState} from "./scene.js" */
/** @import {ServerMessage} from "./types/messages.js" */
/** @import {VideoManager} from "./video.js" */

const ZOOM_STEP = 1.25;
/** Too much waited to be sent: the time to let some of it go before edits are sent again. */
const OVERFLOW_MS = 1_000;

export class Board {
  /**
   * @param {CanvasConnection} connection
   * @param {SceneState} scene
   * @param {VideoManager} videos
   * @param {Notices} notices
   * @param {CanvasHooks} hooks
   */
  constructor(connection, scene, videos, notices, hooks) {
    const space = byId("space", HTMLElement);
    this.stage = new Stage(byId("stage", HTMLElement), space);
    this.draft = new Draft(scene, { send: (message) => connection.send(message) });
    this.previews = new Previews();
    this.view = new CanvasView(space, this.stage, this.draft, this.previews, videos, hooks);
    this.selection = new Selection();
    this.tools = new Tools(
      {
        draft: this.draft,
        previews: this.previews,
        stage: this.stage,
        view: this.view,
        selection: this.selection,
        notices,
        send: (message) => {
          if (connection.state === "open") connection.send(message);
        },
      },
      byId("canvas", HTMLElement),
    );
    connectDraft(this.draft, connection);
    connection.on("lost", () => this.previews.clear());
    sayWhatBecomesOfEdits(this.draft, notices);
    const buttons = {
      smaller: () => this.stage.zoomTo(this.stage.scale / ZOOM_STEP),
      fit: () => this.stage.fit(),
      larger: () => this.stage.zoomTo(this.stage.scale * ZOOM_STEP),
    };
    for (const [id, act] of Object.entries(buttons)) {
      byId(`zoom-${id}`, HTMLButtonElement).addEventListener("click", act);
    }
  }

  /**
   * @param {ServerMessage} message
   * @returns {boolean} whether it was for the board
   */
  receive(message) {
    switch (message.type) {
      case "peer_preview":
        this.previews.take(message);
        return true;
      case "peer_left":
        this.previews.forget(message.peer_id);
        return false;
      case "element_updated":
        this.previews.settle(message.element.id);
        return this.draft.receive(message);
      default:
        return this.draft.receive(message);
    }
  }
}

/**
 * @param {Draft} draft
 * @param {CanvasConnection} connection
 */
function connectDraft(draft, connection) {
  const follow = () => draft.setOnline(connection.state === "open");
  connection.on("state", follow);
  connection.on("lost", () => draft.lost());
  connection.on("overflow", () => {
    draft.lost();
    setTimeout(follow, OVERFLOW_MS);
  });
  // Nothing keeps them but this page.
  addEventListener("beforeunload", (event) => {
    if (draft.unconfirmed > 0 && connection.state !== "closed") event.preventDefault();
  });
}

/**
 * @param {Draft} draft
 * @param {Notices} notices
 */
function sayWhatBecomesOfEdits(draft, notices) {
  draft.on("refused", ({ code, text: reason }) => {
    notices.show(text.editRefused(code, reason), { key: "edit", problem: true });
  });
  draft.on("synced", ({ made, refused }) => {
    notices.show(text.synced(made, refused.length), { key: "edit", problem: refused.length > 0 });
  });
  draft.on("held", (held) => {
    if (held) notices.show(text.held, { key: "store", problem: true, stays: true });
    else notices.hide("store");
  });
}
