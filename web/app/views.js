/** The views of people and calls beside the canvas: the list, who rings, the call of everybody, the bar. */

import { CallBar } from "../people/callbar.js";
import { GroupView } from "../people/groupview.js";
import { PeopleView } from "../people/people.js";
import { RingView } from "../people/ring.js";
import { text } from "../text/calls.js";
import { text as inviteText } from "../text/invite.js";
import { confirmed } from "../ui/dialog.js";
import { byId } from "../ui/dom.js";

/** @import {Context} from "./context.js" */
/** @import {Person} from "../people/person.js" */

export class Views {
  #context;
  #people;
  #ring;
  #group;
  #bar;

  /** @param {Context} context */
  constructor(context) {
    const { signaling, media, screen } = context;
    this.#context = context;
    this.#people = new PeopleView(byId("people-list", HTMLElement), byId("alone", HTMLElement), {
      call: (peerId) => signaling.startCall(peerId),
      hangUp: (peerId) => signaling.endCall(peerId),
      kick: (peerId) => this.#kick(peerId),
    });
    this.#ring = new RingView(byId("ring", HTMLElement), {
      accept: (peerId) => signaling.acceptCall(peerId),
      decline: (peerId) => signaling.declineCall(peerId),
    });
    this.#group = new GroupView(byId("group", HTMLElement), () => signaling.joinGroup());
    this.#bar = new CallBar(byId("callbar", HTMLElement), {
      toggle: (kind) => media.toggle(kind),
      toggleBlur: () => media.blur.toggle(),
      toggleScreen: () => (screen.stream ? screen.stop() : void screen.start()),
      leave: () => signaling.leaveCalls(),
    });
  }

  show() {
    const { connection, roster, signaling, media, screen, describe, mayPublish } = this.#context;
    const others = [...roster.peers.keys()].filter((id) => id !== connection.peerId).map(describe);
    this.#people.show(others, roster.isKnown);
    this.#group.show(others, signaling.inGroup, connection.state === "open");
    const calls = signaling.calls.map((call) => ({ ...call, ...describe(call.peerId) }));
    const hint = signaling.inCall ? text.acceptHintOn : text.acceptHint(media.wanted);
    this.#ring.show(calls.filter(ringsHere), mayPublish() ? hint : inviteText.listenHint);
    this.#bar.show(calls.filter((call) => !ringsHere(call)), signaling.inGroup, media, screen);
  }

  /** @param {string} peerId */
  async #kick(peerId) {
    const { connection, nameOf } = this.#context;
    if (await confirmed(inviteText.removeTitle(nameOf(peerId)), inviteText.removeQuestion, inviteText.remove)) {
      connection.send({ type: "kick", target_peer_id: peerId });
    }
  }
}

/**
 * @param {Person} person
 * @returns {boolean} a call of theirs rings here
 */
function ringsHere({ callState, outgoing }) {
  return callState === "ringing" && !outgoing;
}
