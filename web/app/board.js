/** The board: the canvas, what this person does on it, and what the server says about it. */

import { Cursors } from "../canvas/cursors.js";
import { DrawGuard } from "../canvas/drawguard.js";
import { Drawing } from "../canvas/drawing.js";
import { Pointing } from "../canvas/pointing.js";
import { Stage } from "../canvas/stage.js";
import { CanvasView } from "../canvas/view.js";
import { byId } from "../ui/dom.js";
import { callKeys } from "../people/callkeys.js";
import { OptimisticScene } from "../scene/optimisticscene.js";
import { boundsOf } from "../canvas/geometry.js";
import { Previews } from "../scene/previews.js";
import { newId } from "../lib/ids.js";
import { asksNotToDraw } from "./page.js";
import { clearCanvas } from "../panels/elements/clear.js";
import { PanelHost } from "../panels/host.js";
import { SceneView } from "../scene/sceneview.js";
import { text } from "../text/canvas.js";
import { Selection } from "../tools/selection.js";
import { commands } from "../tools/commands.js";
import { offerHelp } from "../tools/help.js";
import { Tools } from "../tools/tools.js";
import { firstOf } from "../lib/unicode.js";

/** @import {CanvasConnection} from "../protocol.js" */
/** @import {Refusal} from "../scene/editqueue.js" */
/** @import {JoinToken} from "../connection/jointoken.js" */
/** @import {Right} from "../invite/rights.js" */
/** @import {VerifiedCalls} from "../security/verifiedcalls.js" */
/** @import {Diagnoses} from "../monitor/diagnoses.js" */
/** @import {Monitor} from "../monitor/monitor.js" */
/** @import {Notices} from "./notices.js" */
/** @import {Person} from "../people/person.js" */
/** @import {SceneState} from "../scene/scene.js" */
/** @import {ClientMessage, ServerMessage} from "../types/messages.js" */
/** @import {VideoManager} from "../video.js" */

/**
 * @typedef {object} BoardHooks
 * @property {(peerId: string) => Person} describe
 * @property {(peerId: string) => void} join
 * @property {(peerId: string) => HTMLElement} badgeFor a sign for the tile: how good the call is
 * @property {() => boolean} isAlone nobody else is here
 * @property {(right: Right) => boolean} may
 * @property {boolean} isBack this window was reloaded, or has crashed: it is no copy of another one
 */

/** Of what somebody wrote and the server refused, in a notice. */
const MOST_WORDS = 1_000;
/** Too much waited to be sent: the time to let some of it go before edits are sent again. */
const OVERFLOW_MS = 1_000;

export class Board {
  /**
   * @param {CanvasConnection} connection
   * @param {JoinToken} pass
   * @param {SceneState} scene
   * @param {VideoManager} videos
   * @param {{monitor: Monitor, diagnoses: Diagnoses, compared: VerifiedCalls}} quality of the calls
   * @param {Notices} notices
   * @param {BoardHooks} hooks
   */
  constructor(connection, pass, scene, videos, quality, notices, hooks) {
    const space = byId("space", HTMLElement);
    this.stage = new Stage(byId("stage", HTMLElement), space);
    this.scene = new OptimisticScene(scene, { send: (message) => connection.send(message) });
    this.previews = new Previews();
    const mayEdit = () => hooks.may("edit");
    const shown = new SceneView(this.scene, this.previews, mayEdit);
    this.view = new CanvasView(space, this.stage, shown, shown.previews, { ...hooks, videos });
    this.selection = new Selection();
    const send = (/** @type {ClientMessage} */ message) => {
      const allowed = message.type === "cursor" || mayEdit();
      if (connection.state === "open" && !hooks.isAlone() && allowed) connection.send(message);
    };
    this.tools = new Tools(
      {
        scene: shown,
        previews: shown.previews,
        stage: this.stage,
        view: this.view,
        selection: this.selection,
        notices,
        sessionId: connection.sessionId,
        send,
      },
      byId("canvas", HTMLElement),
    );
    const invite = () => {
      byId("empty", HTMLElement).hidden = shown.size > 0 || connection.state !== "open";
    };
    shown.on("changed", invite);
    shown.on("replaced", invite);
    if (hooks.isBack) {
      const off = this.scene.on("replaced", () => {
        off();
        if (mayEdit()) this.tools.resume();
      });
    }
    connection.on("state", invite);
    const rooms = {
      panel: byId("panel", HTMLElement),
      buttons: byId("panels", HTMLElement),
      people: byId("people", HTMLElement),
    };
    const panelParts = {
      sessionId: connection.sessionId,
      pass,
      scene: this.scene,
      view: shown,
      quality,
      notices,
      describePerson: hooks.describe,
      describe: (/** @type {string} */ id) => this.view.describe(id),
      choose: (/** @type {string[]} */ ids) => this.#choose(ids),
      edit: (/** @type {string} */ id) => this.tools.open(id),
      mayEdit,
    };
    this.panels = new PanelHost(panelParts, rooms);
    offerHelp(byId("help", HTMLButtonElement), [...commands, ...callKeys]);
    const guard = new DrawGuard(connection.sessionId, {
      storage: () => ({ local: localStorage, own: sessionStorage }),
      now: () => Date.now(),
      newId,
    });
    this.drawing = new Drawing(byId("canvas", HTMLElement), this.view, guard, asksNotToDraw(), {
      mayEdit,
      list: () => this.panels.open("elements"),
      clear: () => clearCanvas(this.scene, notices),
    });
    this.selection.on("changed", () => this.panels.select(this.selection.ids));
    this.cursors = new Cursors(byId("cursors", HTMLElement), this.stage, hooks.describe);
    sendPointer(this.stage, (x, y) => send({ type: "cursor", x, y }));
    connectScene(this.scene, connection);
    connection.on("lost", () => this.previews.clear());
    showEditOutcomes(this.scene, notices);
    const buttons = {
      smaller: () => this.stage.zoomOut(),
      fit: () => this.stage.fit(),
      larger: () => this.stage.zoomIn(),
    };
    for (const [id, act] of Object.entries(buttons)) {
      byId(`zoom-${id}`, HTMLButtonElement).addEventListener("click", act);
    }
  }

  /** Something about a participant changed. */
  showPeople() {
    this.view.showPeople();
    this.cursors.showPeople();
    this.panels.showPeople();
    this.drawing.showRights();
  }

  /** @param {string[]} ids to select; the last one is brought in sight */
  #choose(ids) {
    this.selection.set(ids);
    const last = ids.at(-1);
    if (last !== undefined) this.stage.reveal(boundsOf(this.view.transformOf(last)));
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
      case "peer_cursor":
        this.cursors.point(message.from_peer_id, message.x, message.y);
        return true;
      case "peer_left":
        this.cursors.remove(message.peer_id);
        this.previews.forget(message.peer_id);
        return false;
      case "element_updated":
        this.previews.settle(message.element.id);
        return this.scene.receive(message);
      case "scene_update":
        this.drawing.begin();
        return this.scene.receive(message);
      default:
        return this.scene.receive(message);
    }
  }
}

/**
 * @param {OptimisticScene} scene
 * @param {CanvasConnection} connection
 */
function connectScene(scene, connection) {
  const follow = () => scene.setOnline(connection.state === "open");
  connection.on("state", follow);
  connection.on("lost", () => scene.lost());
  connection.on("overflow", () => {
    scene.lost();
    setTimeout(follow, OVERFLOW_MS);
  });
  // Nothing keeps them but this page.
  addEventListener("beforeunload", (event) => {
    if (scene.unconfirmed > 0 && connection.state !== "closed") event.preventDefault();
  });
}

/**
 * @param {OptimisticScene} scene
 * @param {Notices} notices
 */
function showEditOutcomes(scene, notices) {
  /** @param {string} message @param {readonly Refusal[]} refused */
  const say = (message, refused) => {
    const lost = refused.flatMap(({ words }) => words ?? []).join("\n");
    const words = lost && text.yourWords(firstOf(lost, MOST_WORDS));
    const problem = refused.length > 0;
    notices.show(words ? `${message} ${words}` : message, { key: "edit", problem, stays: words !== "" });
  };
  scene.on("refused", (refusal) => say(text.editRefused(refusal.code, refusal.text), [refusal]));
  scene.on("synced", ({ made, refused }) => say(text.synced(made, refused.length), refused));
  scene.on("held", (held) => {
    if (held) notices.show(text.held, { key: "store", problem: true, stays: true });
    else notices.hide("store");
  });
}

/**
 * @param {Stage} stage
 * @param {(x: number, y: number) => void} send where the pointer is, in scene units
 */
function sendPointer(stage, send) {
  const pointing = new Pointing(send);
  stage.frame.addEventListener("pointermove", ({ clientX, clientY }) => {
    const { x, y } = stage.toScene(clientX, clientY);
    pointing.at(x, y);
  });
  stage.frame.addEventListener("pointerleave", () => pointing.away());
}
