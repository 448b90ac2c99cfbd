/** The board: makes the canvas, its tools and panels, and wires them to the connection. */

import { BeyondHints } from "../canvas/beyond.js";
import { Cursors } from "../canvas/cursors.js";
import { OwnMarks } from "../canvas/ownmarks.js";
import { PeerOutlines } from "../canvas/peeroutlines.js";
import { elementNotes } from "../canvas/elementnotes.js";
import { DrawGuard } from "../canvas/drawguard.js";
import { Drawing } from "../canvas/drawing.js";
import { Pointing } from "../canvas/pointing.js";
import { Stage } from "../canvas/stage.js";
import { CanvasView } from "../canvas/view.js";
import { text as roomText } from "../text/room.js";
import { byId, setText } from "../ui/dom.js";
import { CLIENT_TRAITS } from "../types/traits.js";
import { withArrows } from "../kinds/arrow/edits.js";
import { OptimisticScene } from "../scene/optimisticscene.js";
import { boundsOf } from "../canvas/geometry.js";
import { PeerMarks } from "../scene/peermarks.js";
import { cameraOf, streamOf } from "../scene/scene.js";
import { Previews } from "../scene/previews.js";
import { newId } from "../lib/ids.js";
import { asksNotToDraw } from "./page.js";
import { clearCanvas } from "../panels/elements/clear.js";
import { PanelHost } from "../panels/host.js";
import { SceneView } from "../scene/sceneview.js";
import { connectScene, keepEdits, showEditOutcomes } from "./sceneconnection.js";
import { Selection } from "../tools/selection.js";
import { Part } from "../ui/part.js";
import { Unsaved } from "../ui/unsaved.js";
import { offerHelp } from "./helpkeys.js";

/** @import {LateChat} from "../chat/late.js" */
/** @import {CanvasConnection} from "../protocol.js" */
/** @import {JoinToken} from "../connection/jointoken.js" */
/** @import {Right} from "../invite/rights.js" */
/** @import {VerifiedCalls} from "../security/verifiedcalls.js" */
/** @import {Diagnoses} from "../monitor/diagnoses.js" */
/** @import {Monitor} from "../monitor/monitor.js" */
/** @import {Notices} from "./notices.js" */
/** @import {Person} from "../people/person.js" */
/** @import {SceneState} from "../scene/scene.js" */
/** @import {ClientMessage, ElementAdded, ServerMessage} from "../types/messages.js" */
/** @import {VideoManager} from "../video.js" */

/** @import {Tools} from "../tools/tools.js" */

/** @typedef {{monitor: Monitor, diagnoses: Diagnoses, compared: VerifiedCalls}} Quality */

/**
 * @typedef {object} BoardHooks
 * @property {(peerId: string) => Person} describe
 * @property {(peerId: string) => void} join
 * @property {(peerId: string) => HTMLElement} badgeFor a sign for the tile: how good the call is
 * @property {() => string | null} speaker peer id of who speaks, or spoke last, beside the person here
 * @property {() => boolean} isAlone nobody else is here
 * @property {(right: Right) => boolean} may
 * @property {LateChat} chat
 * @property {() => string} ownPeerId empty: not known yet
 * @property {() => Person[]} others who are here
 * @property {boolean} isBack this window was reloaded, or has crashed: it is no copy of another one
 */

export class Board {
  #help;

  /**
   * @param {CanvasConnection} connection
   * @param {JoinToken} joinToken
   * @param {SceneState} committed
   * @param {VideoManager} videos
   * @param {Quality} quality of the calls
   * @param {Notices} notices
   * @param {BoardHooks} hooks
   */
  constructor(connection, joinToken, committed, videos, quality, notices, hooks) {
    const mayEdit = () => hooks.may("edit");
    this.stage = new Stage(byId("stage", HTMLElement), byId("space", HTMLElement));
    this.scene = new OptimisticScene(committed, { send: (message) => connection.send(message) });
    this.previews = new Previews();
    this.marks = new PeerMarks();
    this.sceneView = new SceneView(this.scene, this.previews, mayEdit, withArrows);
    this.view = new CanvasView(this.stage, this.sceneView, this.sceneView.previews, { ...hooks, videos });
    this.selection = new Selection();
    /** What may be lost. @param {ClientMessage} message */
    const send = (message) => {
      const allowed = CLIENT_TRAITS[message.type].right === null || mayEdit();
      if (connection.state === "open" && !hooks.isAlone() && allowed) connection.send(message);
    };
    this.tools = this.#makeTools(connection.sessionId, notices, send, (address) => joinToken.fetch(address), hooks.speaker);
    this.panels = this.#makePanels(connection, joinToken, quality, notices, hooks);
    this.#help = offerHelp(byId("help", HTMLButtonElement), notices);
    this.strokes = new Part(async () => {
      const { PeerStrokes } = await import("../canvas/peerstrokes.js");
      return new PeerStrokes(this.stage);
    });
    this.drawing = this.#makeDrawing(connection.sessionId, notices, mayEdit);
    this.cursors = new Cursors(byId("cursors", HTMLElement), this.stage, hooks.describe);
    this.selection.on("changed", () => this.panels.select(this.selection.ids));
    sendPointer(this.stage, (x, y) => send({ type: "cursor", x, y }));
    keepEdits(this.scene, new Unsaved(connection.sessionId, "edits"), hooks.isBack);
    connectScene(this.scene, connection);
    showEditOutcomes(this.scene, connection, notices);
    this.outlines = new PeerOutlines({ marks: this.marks, stage: this.stage, view: this.view, scene: this.sceneView, describe: hooks.describe });
    this.#sendSelection(connection);
    connection.on("lost", () => {
      this.previews.clear();
      this.marks.clear();
      this.strokes.loaded?.clear();
    });
    this.#followEmptiness(connection);
    this.#zoomByButtons();
    new BeyondHints(byId("canvas", HTMLElement), this.stage, this.sceneView, (id) => this.view.boundsOf(id));
    if (hooks.isBack) this.#resumeWriting(mayEdit, notices);
  }

  /**
   * @param {string} sessionId
   * @param {Notices} notices
   * @param {(message: ClientMessage) => void} send
   * @param {(address: string) => Promise<Response>} fetch from the server, as this person
   * @param {() => string | null} speaker
   * @returns {Part<Tools>}
   */
  #makeTools(sessionId, notices, send, fetch, speaker) {
    const showSpeaker = {
      canShow: () => this.#tileOf(speaker()) !== null,
      show: () => this.showPerson(speaker()),
    };
    const { sceneView: scene, stage, view, selection } = this;
    const canvas = { scene, previews: scene.previews, stage, view, selection, notices, sessionId, send, fetch, showSpeaker };
    return new Part(async () => {
      const { Tools } = await import("../tools/tools.js");
      return new Tools(canvas, { bar: byId("dock-tools", HTMLElement), properties: byId("canvas", HTMLElement) });
    });
  }

  /** What is not needed to see the canvas, in the order in which it is likely to be needed. */
  get parts() {
    return [this.tools, this.strokes, ...this.panels.parts, this.#help];
  }

  /**
   * @param {CanvasConnection} connection
   * @param {JoinToken} joinToken
   * @param {Quality} quality
   * @param {Notices} notices
   * @param {BoardHooks} hooks
   */
  #makePanels(connection, joinToken, quality, notices, hooks) {
    const rooms = {
      node: byId("drawer", HTMLElement),
      tabs: byId("panels", HTMLElement),
      title: byId("drawer-title", HTMLElement),
      close: byId("drawer-close", HTMLElement),
    };
    return new PanelHost(
      {
        ...hooks,
        sessionId: connection.sessionId,
        isOnline: () => connection.state === "open",
        joinToken,
        scene: this.scene,
        sceneView: this.sceneView,
        quality,
        notices,
        describePerson: hooks.describe,
        describe: (id) => this.view.describe(id),
        marks: this.marks,
        notesOf: (id) => elementNotes(this.sceneView.get(id), this.marks.at(id), (peerId) => hooks.describe(peerId).name),
        choose: (ids) => this.#choose(ids),
        edit: (id) => void this.tools.use((tools) => tools.open(id), notices),
        mayEdit: () => hooks.may("edit"),
      },
      rooms,
    );
  }

  /**
   * @param {string} sessionId
   * @param {Notices} notices
   * @param {() => boolean} mayEdit
   */
  #makeDrawing(sessionId, notices, mayEdit) {
    const guard = new DrawGuard(sessionId, {
      storage: () => ({ local: localStorage, own: sessionStorage }),
      now: () => Date.now(),
      newId,
    });
    return new Drawing(byId("canvas", HTMLElement), this.view, guard, asksNotToDraw(), {
      mayEdit,
      list: () => this.panels.open("elements"),
      clear: () => clearCanvas(this.scene, notices),
    });
  }

  /** @param {CanvasConnection} connection */
  #sendSelection(connection) {
    const own = new OwnMarks((ids) => {
      if (connection.state !== "open" || !connection.features.includes("selection")) return false;
      connection.send({ type: "selection", ids });
      return true;
    });
    this.selection.on("changed", () => own.select(this.selection.ids));
    connection.on("state", (state) => {
      if (state === "open") own.again();
    });
  }

  /** An empty canvas has a hint, once it is known to be empty. @param {CanvasConnection} connection */
  #followEmptiness(connection) {
    let isKnown = false;
    const show = () => {
      byId("empty", HTMLElement).hidden = !isKnown || this.sceneView.size > 0 || connection.state !== "open";
    };
    connection.on("scene_update", () => {
      isKnown = true;
      show();
    });
    this.sceneView.on("changed", show);
    this.sceneView.on("replaced", show);
    connection.on("state", show);
  }

  #zoomByButtons() {
    const buttons = {
      smaller: () => this.stage.zoomOut(),
      fit: () => this.view.fitAll(),
      larger: () => this.stage.zoomIn(),
      scale: () => this.stage.zoomTo(1),
    };
    for (const [id, act] of Object.entries(buttons)) {
      byId(`zoom-${id}`, HTMLButtonElement).addEventListener("click", act);
    }
    const scale = byId("zoom-scale", HTMLButtonElement);
    this.stage.on("settled", () => {
      const percent = Math.round(this.stage.scale * 100);
      setText(scale, roomText.scale(percent));
      scale.setAttribute("aria-label", roomText.scaleLabel(percent));
    });
  }

  /**
   * Go on with what was being written, once the scene is there.
   *
   * @param {() => boolean} mayEdit
   * @param {Notices} notices
   */
  #resumeWriting(mayEdit, notices) {
    const resume = (/** @type {Tools} */ tools) => void (mayEdit() && tools.resume());
    const off = this.scene.on("replaced", () => {
      off();
      void this.tools.use(resume, notices);
    });
  }

  /** Something about a participant changed. */
  showPeople() {
    this.view.showPeople();
    this.cursors.showPeople();
    this.outlines.drawSoon();
    this.panels.showPeople();
    this.drawing.showRights();
  }

  /**
   * @param {string | null} peerId
   * @returns {string | null} id of the element of their camera
   */
  #tileOf(peerId) {
    if (!peerId) return null;
    const tile = [...this.sceneView.elements()].find(({ kind }) => streamOf(kind) === cameraOf(peerId));
    return tile?.id ?? null;
  }

  /** Bring the tile of a person into sight, and say which it is. @param {string | null} peerId */
  showPerson(peerId) {
    const id = this.#tileOf(peerId);
    if (id === null) return;
    this.stage.reveal(boundsOf(this.view.transformOf(id)));
    this.selection.set([id]);
    this.view.nodeOf(id)?.focus({ preventScroll: true });
  }

  /** @param {string[]} ids to select; the last one is brought in sight */
  #choose(ids) {
    this.selection.set(ids);
    const last = ids.at(-1);
    if (last !== undefined) this.stage.reveal(boundsOf(this.view.transformOf(last)));
  }

  /** @param {ElementAdded} message */
  #receiveAdded(message) {
    const received = this.scene.receive(message);
    const { id } = message.element;
    this.strokes.loaded?.settle(id, () => this.view.nodeOf(id));
    return received;
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
      case "peer_stroke":
        if (!this.sceneView.isPast) this.strokes.load().then((strokes) => strokes.take(message), reportError);
        return true;
      case "element_added":
        return this.#receiveAdded(message);
      case "peer_selection":
      case "peer_typing":
        this.marks.take(message);
        return true;
      case "peer_cursor":
        this.cursors.point(message.from_peer_id, message.x, message.y);
        return true;
      case "peer_left":
        this.cursors.remove(message.peer_id);
        this.marks.forget(message.peer_id);
        this.previews.forget(message.peer_id);
        this.strokes.loaded?.forget(message.peer_id);
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
