/**
 * The nodes of the elements inside the stage's space: one each, always, so that every element can be found and
 * reached; what fills the nodes is made near the part that is seen.
 */

import { make } from "../ui/dom.js";
import { ContentVirtualizer } from "./contentvirtualizer.js";
import { Followers } from "./followers.js";
import { boundsOf } from "./geometry.js";
import { hullOf, isHull } from "./hull.js";
import { placeNode } from "./placing.js";
import { definitionOf, describeKind, textOf } from "../kinds/kinds.js";
import { beginningOf } from "../kinds/parts/words.js";
import { shownName } from "../lib/foreign.js";
import { carriedAlong } from "../scene/consequences.js";
import { above, below } from "../scene/hierarchy.js";
import { streamOf, wholeTransform } from "../scene/scene.js";
import { coalesce } from "../lib/coalesce.js";
import { text } from "../text/canvas.js";

/** @import {Editable} from "../scene/optimisticscene.js" */
/** @import {Motions} from "../scene/previews.js" */
/** @import {Person} from "../people/person.js" */
/** @import {ElementNode} from "./contentvirtualizer.js" */
/** @import {Stage} from "./stage.js" */
/** @import {Box} from "./geometry.js" */
/** @import {Drawn, Shown, TileHooks} from "../kinds/definition.js" */
/** @import {Element as SceneElement, Transform} from "../types/messages.js" */

/** @typedef {TileHooks & {describe: (peerId: string) => Person}} CanvasHooks */

export class CanvasView {
  #space;
  #stage;
  #scene;
  #previews;
  #hooks;
  #contents;
  /** @type {Map<string, ElementNode>} */
  #nodes = new Map();
  /** Those of cameras. @type {Set<ElementNode>} */
  #tiles = new Set();
  /** Those that are shown as what is in them. @type {Set<string>} */
  #hulls = new Set();
  /** What the person here is moving. @type {Map<string, Partial<Transform>>} */
  #motion = new Map();
  /** What is carried along by it. @type {ReadonlyMap<string, SceneElement>} */
  #along = new Map();
  /** What is carried along by what others move, by what they move. @type {Map<string, ReadonlyMap<string, SceneElement>>} */
  #othersAlong = new Map();
  #followers = new Followers();
  #sortSoon = coalesce(() => this.#sort());

  /**
   * @param {Stage} stage
   * @param {Editable} scene
   * @param {Motions} previews
   * @param {CanvasHooks} hooks
   */
  constructor(stage, scene, previews, hooks) {
    this.#space = stage.space;
    this.#stage = stage;
    this.#scene = scene;
    this.#previews = previews;
    this.#hooks = hooks;
    this.#contents = new ContentVirtualizer(stage, this.#nodes);
    scene.on("replaced", () => this.#showAll());
    scene.on("changed", ({ ids }) => this.#showSome(ids));
    previews.on("changed", ({ ids }) => this.#placeMoved(ids));
    stage.space.addEventListener("focusin", (event) => this.#reveal(event));
    this.#showAll();
  }

  /** @param {boolean} held draw nothing but cameras, from now on */
  hold(held) {
    this.#contents.hold(held);
  }

  /** Show all there is. */
  fitAll() {
    this.#stage.fitAll([...this.#scene.elements()].map(({ id }) => this.boundsOf(id)));
  }

  /** @param {() => void} act done whenever all that is in sight has been drawn */
  whenDrawn(act) {
    this.#contents.settled = act;
  }

  /** Something about a participant changed. */
  showPeople() {
    for (const element of this.#tiles) this.#showPerson(element);
  }

  /**
   * The node of an element, with its content, wherever it is.
   *
   * @param {string} id
   * @returns {HTMLElement | undefined}
   */
  nodeOf(id) {
    const element = this.#nodes.get(id);
    if (element) this.#contents.fill(element);
    return element?.node;
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
   * else where it is. Of one that follows others, where it is drawn.
   *
   * @param {string} id
   * @returns {Required<Transform>}
   */
  transformOf(id) {
    const drawn = this.drawnOf(id);
    const placed = this.#shownAt(id);
    return drawn ? { ...placed, ...drawn.box, rotation: 0 } : placed;
  }

  /**
   * @param {string} id
   * @returns {Box} the upright box around what is shown of an element
   */
  boundsOf(id) {
    return boundsOf(this.transformOf(id));
  }

  /**
   * What is drawn of an element that is not simply where it is placed.
   *
   * @param {string} id
   * @returns {Drawn | undefined}
   */
  drawnOf(id) {
    const element = this.#scene.get(id);
    const { drawn } = element ? definitionOf(element.kind) : { drawn: undefined };
    return element && drawn?.(element.kind, wholeTransform(element.transform), this.#placedAt(id), (other) => this.shown(other));
  }

  /**
   * @param {string} id
   * @returns {Shown | undefined} an element as it is shown now, for what follows it
   */
  shown(id) {
    const kind = this.#scene.get(id)?.kind;
    return kind && { kind, at: this.#placedAt(id) };
  }

  /** @param {string} id @returns {Required<Transform>} */
  #placedAt(id) {
    const placed = wholeTransform(this.#scene.get(id)?.transform);
    const moved = this.#motion.get(id) ?? this.#along.get(id)?.transform ?? this.#previews.get(id);
    return { ...placed, ...(moved ?? this.#carriedByOthers(id)) };
  }

  /** @param {string} id @returns {Transform | undefined} */
  #carriedByOthers(id) {
    for (const along of this.#othersAlong.values()) {
      const carried = along.get(id);
      if (carried) return carried.transform;
    }
    return undefined;
  }

  /** @param {string} id @returns {Required<Transform>} of what is shown as what is in it, the box of that */
  #shownAt(id) {
    return hullOf(this.#scene, id, (one) => this.#placedAt(one));
  }

  /** What others move is somewhere else now, with all that is in it. @param {Iterable<string>} ids */
  #placeMoved(ids) {
    /** @type {Set<string>} */
    const all = new Set(ids);
    for (const id of ids) {
      for (const other of this.#othersAlong.get(id)?.keys() ?? []) all.add(other);
      const transform = this.#previews.get(id);
      const along = transform ? this.#carriedAlong(new Map([[id, transform]])) : new Map();
      if (along.size > 0) this.#othersAlong.set(id, along);
      else this.#othersAlong.delete(id);
      for (const other of along.keys()) all.add(other);
    }
    this.#placeSome(all);
  }

  /** @param {ReadonlyMap<string, Partial<Transform>>} moves */
  #carriedAlong(moves) {
    return carriedAlong(moves, (id) => this.#scene.get(id), (id) => this.#scene.childrenOf(id));
  }

  /**
   * Show what the person here is moving, where it would be if it were let go.
   *
   * @param {Map<string, Partial<Transform>> | null} motion replaces the earlier one
   */
  setMotion(motion) {
    const before = [...this.#motion.keys(), ...this.#along.keys()];
    this.#motion = motion ?? new Map();
    this.#along = this.#carriedAlong(this.#motion);
    this.#placeSome(new Set([...before, ...this.#motion.keys(), ...this.#along.keys()]));
  }

  /**
   * An element in words.
   *
   * @param {string} id
   * @returns {string}
   */
  describe(id) {
    const { kind, parent } = this.#scene.get(id) ?? {};
    if (!kind) return "";
    const { describeWith, isStroke } = definitionOf(kind);
    if (describeWith) return describeWith(kind, (other) => this.#shortly(other));
    const words = describeKind(kind, (peerId) => this.#hooks.describe(peerId).name);
    const ground = isStroke && parent ? this.#shortly(parent) : "";
    return ground ? text.on(words, ground) : words;
  }

  /** @param {string} id @returns {string} what is written in an element, else the element in words; empty: it is not there */
  #shortly(id) {
    const kind = this.#scene.get(id)?.kind;
    if (!kind) return "";
    return beginningOf(textOf(kind) ?? "") || describeKind(kind, (peerId) => this.#hooks.describe(peerId).name);
  }

  #showAll() {
    this.#stage.setViewport(this.#scene.viewport);
    const gone = new Set(this.#nodes.keys());
    for (const element of this.#scene.elements()) {
      this.#draw(element);
      gone.delete(element.id);
    }
    for (const id of gone) this.#remove(id);
    for (const id of this.#hulls) this.#place(id);
    this.#sort();
    this.#contents.look();
  }

  /** @param {Iterable<string>} ids */
  #showSome(ids) {
    for (const id of ids) {
      const element = this.#scene.get(id);
      if (element) this.#draw(element);
      else this.#remove(id);
      for (const follower of this.#placeFollowers(id)) this.#name(follower);
    }
    this.#placeFamilies(ids);
    this.#sortSoon();
    this.#contents.look();
  }

  /** What is around elements that are shown as what is in them, and how much all in an element is seen. @param {Iterable<string>} ids */
  #placeFamilies(ids) {
    const inside = below(ids, (id) => this.#scene.childrenOf(id));
    for (const id of [...inside, ...this.#hulls]) this.#place(id);
  }

  /** @param {SceneElement} element */
  #draw({ id, kind, author }) {
    let element = this.#nodes.get(id);
    // What an element is never changes (rule SCN4), but an id may be used again.
    if (element && (element.kind.type !== kind.type || streamOf(element.kind) !== streamOf(kind))) {
      this.#remove(id);
      element = undefined;
    }
    this.#followers.set(id, definitionOf(kind).follows?.(kind) ?? []);
    if (!element) this.#create(id, kind);
    else if (!same(element.kind, kind)) this.#redraw(element, kind);
    const node = this.#nodes.get(id)?.node;
    if (node && author) node.dataset["author"] = shownName(author);
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
    if (streamId) node.dataset["streamId"] = streamId;
    const tile = definitionOf(kind).tile?.(node, kind, this.#hooks) ?? null;
    /** @type {ElementNode} */
    const element = { id, node, kind, tile, content: null, at: null, drawn: null, bounds: null, pixels: 0, card: false, memo: {} };
    this.#nodes.set(id, element);
    if (tile) this.#tiles.add(element);
    if (isHull(kind)) this.#hulls.add(id);
    this.#redraw(element, kind);
    this.#showPerson(element);
    this.#space.append(node);
  }

  /**
   * @param {ElementNode} element
   * @param {SceneElement["kind"]} kind
   */
  #redraw(element, kind) {
    element.kind = kind;
    if (element.tile) return element.tile.show(kind);
    this.#name(element.id);
    element.content?.show(kind);
  }

  /** @param {string} id */
  #remove(id) {
    const element = this.#nodes.get(id);
    if (!element) return;
    this.#nodes.delete(id);
    this.#hulls.delete(id);
    this.#followers.set(id, []);
    this.#tiles.delete(element);
    element.tile?.close();
    element.content?.close?.();
    element.node.remove();
  }

  /** @param {ElementNode} element */
  #showPerson({ tile }) {
    tile?.setPerson(this.#hooks.describe(tile.peerId));
  }

  /** @param {Iterable<string>} ids */
  #placeSome(ids) {
    for (const id of ids) {
      this.#place(id);
      this.#placeFollowers(id);
    }
    for (const id of this.#hulls) this.#place(id);
    this.#contents.look();
  }

  /** @param {string} id of what they follow @returns {string[]} ids of those that do */
  #placeFollowers(id) {
    const followers = [...this.#followers.of(id)];
    for (const follower of followers) this.#place(follower);
    return followers;
  }

  /** @param {string} id of an element that is no tile */
  #name(id) {
    const [around] = above(id, (one) => this.#scene.get(one));
    const words = around === undefined ? this.describe(id) : text.inside(this.describe(id), this.#shortly(around));
    this.#nodes.get(id)?.node.setAttribute("aria-label", text.element(words));
  }

  /** @param {string} id */
  #place(id) {
    const element = this.#nodes.get(id);
    if (!element) return;
    element.drawn = this.drawnOf(id) ?? null;
    const shown = this.#shownAt(id);
    const at = element.drawn ? { ...shown, ...element.drawn.box, rotation: 0 } : shown;
    placeNode(element.node, at, element.at);
    this.#fade(element);
    if (element.drawn) element.content?.draw?.(element.drawn);
    if (element.at?.width !== at.width || element.at.height !== at.height) {
      element.content?.resize?.(at.width, at.height);
    }
    element.at = at;
    element.bounds = boundsOf(at);
  }

  /** Opacity counts for all that is in an element. @param {ElementNode} element */
  #fade({ id, node }) {
    const { opacity = 1, locked = false } = this.#scene.get(id) ?? {};
    const all = above(id, (one) => this.#scene.get(one)).reduce((product, one) => product * (this.#scene.get(one)?.opacity ?? 1), opacity);
    const value = all === 1 ? "" : String(Math.round(all * 1000) / 1000);
    if (node.style.opacity !== value) node.style.opacity = value;
    node.toggleAttribute("data-locked", locked);
  }

  /** Of two elements with the same `z_index` the later one is nearer: keep the nodes in order. */
  #sort() {
    let next = this.#space.firstElementChild;
    for (const { id } of this.#scene.elements()) {
      const node = this.#nodes.get(id)?.node;
      if (!node) continue;
      if (node === next) next = next.nextElementSibling;
      else moveBefore(this.#space, node, next);
    }
  }

  /** Nobody is to have the focus on something out of sight. @param {FocusEvent} event */
  #reveal({ target }) {
    const id = this.idOf(target);
    const keyboard = target instanceof Element && target.matches(":focus-visible");
    if (id !== null && keyboard) this.#stage.reveal(this.boundsOf(id));
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
