/** The layouts at work: keeps the strip, the surface and the stage of this window to who is in the call and what is seen of them. */

import { boundsOf } from "../canvas/geometry.js";
import { coalesce } from "../lib/coalesce.js";
import { callIsOver } from "../people/person.js";
import { cameraOf, ownerOf, screenOf } from "../scene/scene.js";
import { text as callText } from "../text/calls.js";
import { text as monitorText } from "../text/monitor.js";
import { text } from "../text/layouts.js";
import { byId } from "../ui/dom.js";
import { Filled } from "./filled.js";
import { membersOf, stagedOf } from "./members.js";
import { PictureInPicture } from "./pip.js";
import { SpeakerChoice } from "./speaker.js";
import { StageBar } from "./stagebar.js";
import { StagedTile } from "./stagedtile.js";
import { Strip } from "./strip.js";
import { Surface } from "./surface.js";
import { TileWatch } from "./tilewatch.js";
import { LEAST_PX } from "./visibility.js";

/** @import {Board} from "../app/board.js" */
/** @import {Context} from "../app/context.js" */
/** @import {Face} from "./face.js" */
/** @import {Shown} from "./members.js" */

/** A look for the next speaker is not sooner. */
const LEAST_WAIT_MS = 250;

export class LayoutRoom {
  #context;
  #board;
  #strip;
  #surface;
  #bar;
  #watch;
  #staged;
  #filled;
  #pip;
  #speaker = new SpeakerChoice();
  /** Those that are shared, oldest first. @type {string[]} */
  #screens = [];
  /** @type {Shown} */
  #shown = { main: null, cells: [], strip: [] };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;
  /** Show what has changed, once for many changes. */
  show = coalesce(() => this.#show());

  /**
   * @param {Context} context
   * @param {Board} board
   */
  constructor(context, board) {
    const { layouts, videos, monitor, speaking } = context;
    const { stage, sceneView, view } = board;
    this.#context = context;
    this.#board = board;
    this.#watch = new TileWatch(stage, sceneView, view);
    this.#staged = new StagedTile(stage, view);
    this.#filled = new Filled(videos);
    this.#pip = new PictureInPicture(videos, { changed: this.show });
    const pin = (/** @type {string} */ streamId) => this.#togglePin(streamId);
    const fill = (/** @type {string} */ streamId) => this.#fill(streamId);
    this.#strip = new Strip(byId("strip", HTMLElement), { videos, open: (streamId) => this.#open(streamId), pin, fill });
    this.#surface = new Surface(byId("layout-view", HTMLElement), { videos, open: null, pin, fill });
    this.#bar = new StageBar(byId("canvas", HTMLElement), stage, (streamId) => layouts.giveBack(streamId));
    videos.isCovered = (streamId) => this.#isCovered(streamId);
    layouts.on("changed", this.show);
    videos.on("streams", this.show);
    speaking.on("changed", this.show);
    this.#watch.on("changed", this.show);
    monitor.on("sampled", () => this.#rate());
    stage.frame.addEventListener("dblclick", (event) => this.#fillTileAt(event));
    stage.frame.addEventListener("click", (event) => this.#pressTile(event));
    document.addEventListener("keydown", (event) => this.#leaveByKey(event));
  }

  get pipIsOpen() {
    return this.#pip.isOpen;
  }

  /** Open the picture in picture, or close it. */
  async togglePip() {
    const [main = null] = [this.#shown.main ?? this.#cameras()[0]];
    if (!(await this.#pip.toggle(main))) this.#context.notices.show(text.pipFailed);
  }

  // --- who is here ---------------------------------------------------------------------------

  /** @returns {string[]} those in the call, in the order in which they came, the person here last */
  #people() {
    const { signaling, roster, connection, describe } = this.#context;
    const own = connection.peerId;
    if (!signaling.inCall || !own) return [];
    const others = [...roster.peers.keys()].filter((peerId) => {
      if (peerId === own) return false;
      const { callState, inGroup } = describe(peerId);
      if (callState === "ringing") return false;
      return !callIsOver(callState) || (inGroup && signaling.inGroup);
    });
    return [...others, own];
  }

  #cameras() {
    return this.#people().map(cameraOf);
  }

  /** @param {readonly string[]} people */
  #followScreens(people) {
    const { videos, layouts } = this.#context;
    const shared = people.map(screenOf).filter((streamId) => videos.sourceOf(streamId) !== null);
    for (const streamId of this.#screens) {
      if (shared.includes(streamId)) continue;
      layouts.over(streamId);
      this.#filled.over(streamId);
    }
    const before = this.#screens.filter((streamId) => shared.includes(streamId));
    this.#screens = [...before, ...shared.filter((streamId) => !before.includes(streamId))];
  }

  /** @param {readonly string[]} people */
  #speakerOf(people) {
    const { connection, speaking } = this.#context;
    const others = people.filter((peerId) => peerId !== connection.peerId);
    const { peerId, again } = this.#speaker.look({
      others,
      isTalking: (peerId) => speaking.has(peerId),
      time: performance.now(),
    });
    clearTimeout(this.#again);
    if (again !== null) this.#again = setTimeout(this.show, Math.max(LEAST_WAIT_MS, again));
    return peerId === null ? null : cameraOf(peerId);
  }

  // --- what is shown -------------------------------------------------------------------------

  #show() {
    const { layouts } = this.#context;
    const people = this.#people();
    const streams = people.map(cameraOf);
    this.#followScreens(people);
    if (layouts.pinned !== null && !streams.includes(layouts.pinned) && !this.#screens.includes(layouts.pinned)) {
      layouts.over(layouts.pinned);
    }
    this.#watch.follow(people.length > 0);
    const staged = stagedOf(layouts.pinned, this.#screens, layouts.putAway, streams);
    this.#shown = membersOf({
      layout: layouts.layout,
      streams,
      screens: this.#screens,
      isSeen: (streamId) => this.#watch.sightOf(streamId)?.seen ?? false,
      staged,
      speaker: layouts.layout === "speaker" ? this.#speakerOf(people) : null,
    });
    this.#showStage(staged);
    this.#strip.show(this.#shown.strip);
    this.#pip.show(this.#shown.main ? [this.#shown.main, ...this.#others(streams)] : streams);
    this.#describe();
    this.#rate();
  }

  /** @param {readonly string[]} streams */
  #others(streams) {
    return streams.filter((streamId) => streamId !== this.#shown.main);
  }

  /** @param {string | null} staged */
  #showStage(staged) {
    const { layout } = this.#context.layouts;
    const { main, cells } = this.#shown;
    const isOver = layout === "speaker" || layout === "grid";
    const tile = staged === null ? undefined : this.#context.scene.tileOf(staged);
    // A camera without a tile, such as one of a program, has no place on the canvas to look at.
    const large = main !== null && (isOver || (!tile && staged?.startsWith("peer-"))) ? [main] : cells;
    document.body.toggleAttribute("data-surface", large.length > 0);
    this.#board.stage.frame.inert = large.length > 0;
    this.#surface.show(large);
    this.#bar.show(staged, staged === null ? "" : this.#nameOf(staged), isOver);
    this.#staged.show(large.length === 0 && tile ? tile.id : null);
  }

  /** @returns {Iterable<Face>} */
  *#faces() {
    yield* this.#strip.faces;
    yield* this.#surface.faces;
    yield* this.#filled.faces;
    yield* this.#pip.faces;
  }

  #describe() {
    const { describe, layouts } = this.#context;
    for (const face of this.#faces()) {
      const peerId = ownerOf(face.streamId)?.peerId;
      if (peerId) face.setPerson(describe(peerId), face.streamId === layouts.pinned);
    }
  }

  #rate() {
    const { monitor } = this.#context;
    for (const face of this.#faces()) {
      const peerId = ownerOf(face.streamId)?.peerId;
      const state = peerId && !face.isScreen && monitor.isLive(peerId) ? monitor.stateOf(peerId) : null;
      face.setQuality(state && { level: state.rating.level, words: monitorText.rating(state.rating, state.present) });
    }
  }

  /**
   * @param {string} streamId
   * @returns {boolean} its tile cannot be seen at all, so nothing is sent for it
   */
  #isCovered(streamId) {
    if (document.body.hasAttribute("data-surface")) return true;
    if (!this.#context.signaling.inCall) return false;
    const { frame } = this.#board.stage;
    if (frame.hasAttribute("data-staged") && streamId !== this.#shown.main) return true;
    return this.#watch.sightOf(streamId)?.share === 0;
  }

  /** @param {string} streamId */
  #nameOf(streamId) {
    const owner = ownerOf(streamId);
    if (!owner) return "";
    const name = this.#context.nameOf(owner.peerId);
    return owner.source === "screen" ? callText.screenNamed(name) : text.pinned(name);
  }

  // --- what the person does ------------------------------------------------------------------

  /** Somebody in the strip was pressed. @param {string} streamId */
  #open(streamId) {
    const { layouts, scene } = this.#context;
    const { stage, view } = this.#board;
    const tile = scene.tileOf(streamId);
    const isOver = layouts.layout === "speaker" || layouts.layout === "grid";
    if (isOver || !tile || this.#shown.main !== null || this.#watch.isCovered(streamId)) {
      if (streamId.startsWith("screen-")) layouts.over(streamId); // it was put away, and is wanted again
      return layouts.pin(streamId);
    }
    const place = view.transformOf(tile.id);
    const isSmall = Math.max(place.width, place.height) * stage.scale < LEAST_PX * 1.5;
    if (isSmall) stage.fit(boundsOf(place));
    else stage.reveal(boundsOf(place));
    view.nodeOf(tile.id)?.focus({ preventScroll: true });
    this.#watch.look();
  }

  /** @param {string} streamId */
  #togglePin(streamId) {
    const { layouts } = this.#context;
    const isPinned = layouts.pinned === streamId;
    layouts.pin(isPinned ? null : streamId);
    if (!isPinned && layouts.layout === "grid") layouts.layout = "speaker";
  }

  /** @param {string} streamId */
  #fill(streamId) {
    const owner = ownerOf(streamId);
    if (owner && this.#context.videos.sourceOf(streamId)) this.#filled.show(streamId, this.#context.describe(owner.peerId));
    this.#describe();
  }

  /** The pointer is the stage's while it is down, so what was pressed is asked by place. @param {MouseEvent} event */
  #fillTileAt({ clientX, clientY, target }) {
    if (target instanceof Element && target.closest("button, input")) return;
    const [top] = document.elementsFromPoint(clientX, clientY).map((node) => node.closest("[data-element-id]")).filter(Boolean);
    const streamId = top?.getAttribute("data-stream-id");
    if (streamId) this.#fill(streamId);
  }

  /** @param {MouseEvent} event */
  #pressTile({ target }) {
    const button = target instanceof Element ? target.closest("[data-view]") : null;
    const streamId = button?.closest("[data-element-id]")?.getAttribute("data-stream-id");
    if (!button || !streamId) return;
    if (button.getAttribute("data-view") === "pin") this.#togglePin(streamId);
    else this.#fill(streamId);
  }

  /** Escape leaves what is pinned. @param {KeyboardEvent} event */
  #leaveByKey({ key, defaultPrevented, target }) {
    const { layouts } = this.#context;
    if (key !== "Escape" || defaultPrevented || layouts.pinned === null) return;
    if (target instanceof Element && target.closest("input, select, textarea, [contenteditable], dialog, [role=menu]")) return;
    layouts.pin(null);
  }
}
