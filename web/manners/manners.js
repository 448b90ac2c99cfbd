/**
 * Manners of the page while it is in a call or waits for one: it rings, notifies, says in its title what is new, tells who speaks
 * while muted, and lets the space bar talk.
 */

import { shownLines, shownName, shownWords } from "../lib/foreign.js";
import { mentions } from "../chat/words.js";
import { text as chatText } from "../text/chat.js";
import { text } from "../text/manners.js";
import { CallArrivals } from "./arrivals.js";
import { HoldToTalk } from "./holdtotalk.js";
import { MutedMeter } from "./mutedmeter.js";
import { Notifications } from "./notifications.js";
import { PageSign } from "./pagesign.js";
import { Sounds } from "./sounds.js";
import { WithheldDevices } from "./withheld.js";

/** @import {Context} from "../app/context.js" */
/** @import {PanelHost} from "../panels/host.js" */
/** @import {ChatMessage} from "../types/messages.js" */

/** Of a message, in a notice. */
const MOST_WORDS = 140;

export class Manners {
  #context;
  #panels;
  #sounds;
  #sign = new PageSign();
  #arrivals = new CallArrivals();
  #muted;
  #notifications = new Notifications(/** @type {any} */ (globalThis).Notification, isLookedAt);
  /** Who rings here. @type {Set<string>} */
  #ringing = new Set();
  /** Something that the person would have liked to be told of was while they did not look. */
  #hasMissed = false;

  /**
   * @param {Context} context
   * @param {PanelHost} panels
   */
  constructor(context, panels) {
    const { signaling, media, chat, notices, choices } = context;
    this.#context = context;
    this.#panels = panels;
    this.#sounds = new Sounds(choices);
    this.#muted = new MutedMeter(media, () => choices.get("tellMuted") && this.#othersInCall.length > 0, () => this.#saySpeaksMuted());
    new WithheldDevices(media, notices);
    this.#holdToTalk();
    signaling.on("state", ({ state, answered, outgoing, byUs }) => {
      if (state === "ended" && !answered && !outgoing && !byUs) this.#missed();
    });
    choices.on("changed", () => this.#muted.follow());
    media.on("changed", () => {
      if (media.isOn("audio") || !media.stream) notices.hide("speaks-muted");
    });
    chat.on("said", (message) => this.#hear(message));
    for (const type of ["pointerdown", "keydown"]) document.addEventListener(type, () => this.#sounds.wake(), { capture: true, passive: true });
    for (const [target, type] of /** @type {[EventTarget, string][]} */ ([[document, "visibilitychange"], [window, "focus"]])) {
      target.addEventListener(type, () => this.#looks());
    }
    this.show();
  }

  /** Something about calls, people or the chat changed. */
  show() {
    this.#showRings();
    this.#sign.setUnread(this.#context.chat.news);
    this.#muted.follow();
    const { signaling } = this.#context;
    if (this.#arrivals.look(signaling.inGroup, this.#othersInCall)) this.#sounds.chime();
  }

  /** Peer ids of the others who are in the call of the canvas, or in one with this person. */
  get #othersInCall() {
    const { connection, roster, signaling } = this.#context;
    const members = [...roster.peers.values()].filter(({ group_call: joined, peer_id: id }) => joined && id !== connection.peerId);
    const own = signaling.calls.filter(({ state }) => state === "connected").map(({ peerId }) => peerId);
    return [...new Set([...(signaling.inGroup ? members.map(({ peer_id: id }) => id) : []), ...own])];
  }

  // --- rings ---------------------------------------------------------------------------------------

  #showRings() {
    const { signaling, nameOf, sessionId } = this.#context;
    const ringing = signaling.calls.filter(({ peerId, outgoing }) => !outgoing && signaling.callState(peerId) === "ringing").map(({ peerId }) => peerId);
    for (const peerId of this.#ringing) if (!ringing.includes(peerId)) this.#notifications.hide(`ring-${peerId}`);
    for (const peerId of ringing) {
      if (this.#ringing.has(peerId)) continue;
      this.#notifications.show(`ring-${peerId}`, text.rings(nameOf(peerId)), { body: text.ringsWhere(sessionId), stays: true });
    }
    this.#ringing = new Set(ringing);
    this.#sounds.ring(ringing.length > 0 && !signaling.autoAccept);
    const [first] = ringing;
    this.#sign.setRinging(first === undefined ? "" : nameOf(first));
  }

  // --- the chat ------------------------------------------------------------------------------------

  /** @param {ChatMessage} message of somebody else */
  #hear(message) {
    const { connection, describe, nameOf, notices } = this.#context;
    const name = shownName(message.name) || nameOf(message.from_peer_id);
    const words = shownWords(message.text, MOST_WORDS);
    const own = connection.peerId ? describe(connection.peerId).name : "";
    const isForUs = message.to === connection.peerId || mentions(shownLines(message.text), own);
    const open = () => this.#panels.open("chat");
    if (isForUs) {
      // What is between two is not shown on a screen that others may see.
      const [title, body] = message.to ? [text.writes(name), ""] : [text.mentioned(name), words];
      this.#notifications.show("chat", title, { body, act: open });
      if (!isLookedAt()) this.#missed();
    }
    if (this.#panels.current === "chat") return;
    notices.show(chatText.heard(name, message.to ? "" : words), { key: "chat", action: { label: chatText.open, act: open } });
  }

  // --- notifications ---------------------------------------------------------------------------------

  /** The person was called or spoken to, and did not see it. */
  #missed() {
    this.#hasMissed = true;
    if (isLookedAt()) this.#offer();
  }

  /** The person looks at the page, or away from it. */
  #looks() {
    if (!isLookedAt()) return;
    this.#notifications.hideAll((tag) => !tag.startsWith("ring-"));
    if (this.#hasMissed) this.#offer();
  }

  /** Ask whether the system may tell them another time. */
  #offer() {
    this.#hasMissed = false;
    if (!this.#notifications.isToBeOffered) return;
    this.#notifications.noteOffer();
    const { notices } = this.#context;
    const act = async () => {
      const granted = await this.#notifications.ask();
      notices.show(granted ? text.offered : text.refused, { key: "notify" });
    };
    notices.show(text.offer, { key: "notify", stays: true, action: { label: text.offerYes, act } });
  }

  // --- microphone ------------------------------------------------------------------------------------

  #saySpeaksMuted() {
    const { media, notices } = this.#context;
    const act = () => {
      if (!media.isOn("audio")) media.toggle("audio");
    };
    notices.show(text.speaksMuted, { key: "speaks-muted", action: { label: text.unmute, act } });
  }

  #holdToTalk() {
    const { signaling, media, mayPublish } = this.#context;
    const hold = new HoldToTalk(document, {
      mayTalk: () => signaling.inCall && mayPublish() && !media.isWanted("audio"),
      talk: (on) => {
        document.body.toggleAttribute("data-talking", on);
        media.talk(on);
      },
    });
    addEventListener("blur", () => hold.release());
    document.addEventListener("visibilitychange", () => hold.release());
  }
}

/** @returns {boolean} the person looks at this page, as far as the browser knows */
function isLookedAt() {
  return document.visibilityState === "visible" && document.hasFocus();
}
