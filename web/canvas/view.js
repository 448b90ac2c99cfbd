/**
 * Shows the elements of the scene inside the stage's space: one node each, always, so that every
 * element can be found and reached; what fills the nodes is made near the part that is seen.
 */

import { make } from "../ui/dom.js";
import { describeKind } from "./describe.js";
import { ContentVirtualizer } from "./contentvirtualizer.js";
import { boundsOf, placeNode } from "./placing.js";
import { ownerOf, wholeTransform } from "../scene/scene.js";
import { coalesce } from "../lib/coalesce.js";
import { text } from "../text/canvas.js";
import { Tile } from "../kinds/video/tile.js";

/** @import {Editable} from "../scene/optimisticscene.js" */
/** @import {Motions} from "../scene/previews.js" */
/** @import {Person} from "../people/person.js" */
/** @import {Shown} from "./contentvirtualizer.js" */
/** @import {Stage} from "./stage.js" */
/** @import {Element as SceneElement, Transform} from "../types/messages.js" */
/** @import {VideoManager} from "../video.js" */

/**
 * @typedef {object} CanvasHooks
 * @property {(peerId: string) => Person} describe
 * @property {(peerId: string) => void} join
 * @property {(peerId: string) => HTMLElement} badgeFor a sign for the tile: how good the call is
 */

export class CanvasView {
  #space;
  #stage;
  #draft;
  #previews;
  #videos;
  #hooks;
  #filler;
  /** @type {Map<string, Shown>} */
  #shown = new Map();
  /** Those of cameras. @type {Set<Shown>} */
  #tiles = new Set();
  /** What the person here is moving. @type {Map<string, Partial<Transform>>} */
  #motion = new Map();
  #sortSoon = coalesce(() => this.#sort());

  /**
   * @param {HTMLElement} space of the stage
   * @param {Stage} stage
   * @param {Editable} draft
   * @param {Motions} previews
   * @param {VideoManager} videos
   * @param {CanvasHooks} hooks
   */
  constructor(space, stage, draft, previews, videos, hooks) {
    this.#space = space;
    this.#stage = stage;
    this.#draft = draft;
    this.#previews = previews;
    this.#videos = videos;
    this.#hooks = hooks;
    this.#filler = new ContentVirtualizer(stage, this.#shown);
    draft.on("replaced", () => this.#showAll());
    draft.on("changed", ({ ids }) => this.#showSome(ids));
    previews.on("changed", ({ ids }) => this.#placeSome(ids));
    space.addEventListener("focusin", (event) => this.#reveal(event));
    this.#showAll();
  }

  /** @param {boolean} held draw nothing but cameras, from now on */
  hold(held) {
    this.#filler.hold(held);
  }

  /** @param {() => void} act done whenever all that is in sight has been drawn */
  whenDrawn(act) {
    this.#filler.settled = act;
  }

  /** Something about a participant changed. */
  showPeople() {
    for (const shown of this.#tiles) this.#showPerson(shown);
  }

  /**
   * The node of an element, with its content, wherever it is.
   *
   * @param {string} id
   * @returns {HTMLElement | undefined}
   */
  nodeOf(id) {
    const shown = this.#shown.get(id);
    if (shown) this.#filler.fill(shown);
    return shown?.node;
  }

  /**
   * The element an event is about.
   *
   * @param {EventTarget | null} target
   * @returns {string | null}
   */
  idOf(target) {
    const node = target instanceof Element ? target.closest("[data-element-id]") : null;
    return node && this.#space.contains(node) ? node.getAttribute("data-element-id") : null;
  }

  /**
   * Where an element is shown now: where the person here moves it, else where somebody else does,
   * else where it is.
   *
   * @param {string} id
   * @returns {Required<Transform>}
   */
  transformOf(id) {
    const placed = wholeTransform(this.#draft.get(id)?.transform);
    return { ...placed, ...(this.#motion.get(id) ?? this.#previews.get(id)) };
  }

  /**
   * Show what the person here is moving, where it would be if it were let go.
   *
   * @param {Map<string, Partial<Transform>> | null} motion replaces the earlier one
   */
  setMotion(motion) {
    const before = this.#motion;
    this.#motion = motion ?? new Map();
    this.#placeSome(this.#motion.keys());
    for (const id of before.keys()) if (!this.#motion.has(id)) this.#place(id);
  }

  /**
   * An element in words.
   *
   * @param {string} id
   * @returns {string}
   */
  describe(id) {
    const kind = this.#draft.get(id)?.kind;
    const owner = ownerOf(streamOf(kind));
    if (owner) return text[owner.source](this.#hooks.describe(owner.peerId).name);
    return kind ? describeKind(kind) : "";
  }

  #showAll() {
    this.#stage.setViewport(this.#draft.viewport);
    const gone = new Set(this.#shown.keys());
    for (const element of this.#draft.elements()) {
      this.#draw(element);
      gone.delete(element.id);
    }
    for (const id of gone) this.#remove(id);
    this.#sort();
    this.#filler.look();
  }

  /** @param {Iterable<string>} ids */
  #showSome(ids) {
    for (const id of ids) {
      const element = this.#draft.get(id);
      if (element) this.#draw(element);
      else this.#remove(id);
    }
    this.#sortSoon();
    this.#filler.look();
  }

  /** @param {SceneElement} element */
  #draw({ id, kind }) {
    let shown = this.#shown.get(id);
    // What an element is never changes (rule SCN4), but an id may be used again.
    if (shown && (shown.kind.type !== kind.type || streamOf(shown.kind) !== streamOf(kind))) {
      this.#remove(id);
      shown = undefined;
    }
    if (!shown) this.#create(id, kind);
    else if (!same(shown.kind, kind)) this.#redraw(shown, kind);
    this.#place(id);
  }

  /**
   * @param {string} id
   * @param {SceneElement["kind"]} kind
   */
  #create(id, kind) {
    const node = make("div", {
      class: "element",
      "data-element-id": id,
      "data-kind": kind.type,
      role: "group",
      tabindex: "0",
    });
    const streamId = streamOf(kind);
    const owner = ownerOf(streamId);
    if (streamId) node.dataset["streamId"] = streamId;
    const tile = owner
      ? new Tile(
          node,
          streamId,
          owner.source,
          this.#videos,
          () => this.#hooks.join(owner.peerId),
          () => this.#hooks.badgeFor(owner.peerId),
        )
      : null;
    /** @type {Shown} */
    const shown = { id, node, kind, tile, content: null, at: null, bounds: null, pixels: 0, card: false, cost: null };
    this.#shown.set(id, shown);
    if (tile) this.#tiles.add(shown);
    this.#redraw(shown, kind);
    this.#showPerson(shown);
    this.#space.append(node);
  }

  /**
   * @param {Shown} shown
   * @param {SceneElement["kind"]} kind
   */
  #redraw(shown, kind) {
    shown.kind = kind;
    if (shown.tile && kind.type === "Video") return shown.tile.setKind(kind);
    shown.node.setAttribute("aria-label", text.element(describeKind(kind)));
    shown.content?.show(kind);
  }

  /** @param {string} id */
  #remove(id) {
    const shown = this.#shown.get(id);
    if (!shown) return;
    this.#shown.delete(id);
    this.#tiles.delete(shown);
    shown.tile?.close();
    shown.content?.close?.();
    shown.node.remove();
  }

  /** @param {Shown} shown */
  #showPerson({ tile, kind }) {
    const owner = tile && ownerOf(streamOf(kind));
    if (owner) tile.setPerson(this.#hooks.describe(owner.peerId));
  }

  /** @param {Iterable<string>} ids */
  #placeSome(ids) {
    for (const id of ids) this.#place(id);
    this.#filler.look();
  }

  /** @param {string} id */
  #place(id) {
    const shown = this.#shown.get(id);
    if (!shown) return;
    const at = this.transformOf(id);
    placeNode(shown.node, at, shown.at);
    if (shown.at?.width !== at.width || shown.at.height !== at.height) {
      shown.content?.resize?.(at.width, at.height);
    }
    shown.at = at;
    shown.bounds = boundsOf(at);
  }

  /** Of two elements with the same `z_index` the later one is nearer: keep the nodes in order. */
  #sort() {
    let next = this.#space.firstElementChild;
    for (const { id } of this.#draft.elements()) {
      const node = this.#shown.get(id)?.node;
      if (!node) continue;
      if (node === next) next = next.nextElementSibling;
      else moveBefore(this.#space, node, next);
    }
  }

  /** Nobody is to have the focus on something out of sight. @param {FocusEvent} event */
  #reveal({ target }) {
    const id = this.idOf(target);
    const keyboard = target instanceof Element && target.matches(":focus-visible");
    if (id !== null && keyboard) this.#stage.reveal(boundsOf(this.transformOf(id)));
  }
}

/**
 * @param {Element} parent
 * @param {Element} node
 * @param {Element | null} next
 */
function moveBefore(parent, node, next) {
  // Where the browser can, without taking it out meanwhile: that would stop its video.
  if ("moveBefore" in parent && typeof parent.moveBefore === "function" && node.isConnected) {
    parent.moveBefore(node, next);
  } else {
    parent.insertBefore(node, next);
  }
}

/**
 * @param {SceneElement["kind"] | undefined} kind
 * @returns {string} empty for what is no video
 */
function streamOf(kind) {
  return kind?.type === "Video" ? kind.stream_id : "";
}

/**
 * Tells whether two kinds look the same, without looking into long texts more than need be: an
 * element that is moved comes again and again as a whole.
 *
 * @param {SceneElement["kind"]} one
 * @param {SceneElement["kind"]} other
 * @returns {boolean}
 */
function same(one, other) {
  if (one === other) return true;
  const parts = new Map(Object.entries(one));
  const others = Object.entries(other);
  return parts.size === others.length && others.every(([name, part]) => {
    const own = parts.get(name);
    return own === part || (typeof part === "object" && JSON.stringify(own) === JSON.stringify(part));
  });
}
