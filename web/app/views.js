/** The views of people and calls around the canvas: the list, who rings, the call of everybody, how the calls are. */

import { quietSwitch } from "../manners/quietswitch.js";
import { GroupView } from "../people/groupview.js";
import { Moderation } from "../people/moderation.js";
import { PeopleView } from "../people/people.js";
import { RingView } from "../people/ring.js";
import { callStatusText, text } from "../text/calls.js";
import { text as inviteText } from "../text/invite.js";
import { byId, setText } from "../ui/dom.js";

/** @import {Context} from "./context.js" */
/** @import {PanelHost} from "../panels/host.js" */
/** @import {Person} from "../people/person.js" */

export class Views {
  #context;
  #people;
  #ring;
  #group;
  #status = /** @type {HTMLElement} */ (document.querySelector("[data-call-status]"));

  /**
   * @param {Context} context
   * @param {Pick<PanelHost, "badge">} panels
   * @param {(peerId: string) => void} find brings somebody's tile into sight
   */
  constructor(context, panels, find) {
    const { signaling } = context;
    this.#context = context;
    const moderation = new Moderation(context, byId("people", HTMLElement), (count) => panels.badge("people", count));
    this.#people = new PeopleView(byId("people-list", HTMLElement), byId("alone", HTMLElement), {
      call: (peerId) => signaling.ring(peerId),
      hangUp: (peerId) => signaling.hangUp(peerId),
      mayHangUp: (peerId) => signaling.mayHangUp(peerId),
      manage: (person) => moderation.itemsFor(person),
      find,
    });
    this.#ring = new RingView(byId("ring", HTMLElement), {
      accept: (peerId) => signaling.acceptCall(peerId),
      decline: (peerId) => signaling.declineCall(peerId),
      quiet: () => quietSwitch(context.choices),
    });
    this.#group = new GroupView(byId("group", HTMLElement), () => signaling.ringAll());
  }

  show() {
    const { connection, roster, signaling, media, describe, mayPublish } = this.#context;
    const others = [...roster.peers.keys()].filter((id) => id !== connection.peerId).map(describe);
    this.#people.show(others, roster.isKnown);
    this.#group.show(others, signaling.inGroup, connection.state === "open");
    const calls = signaling.calls.map((call) => ({ ...call, ...describe(call.peerId) }));
    const devices = mayPublish() ? text.acceptHint(media.wanted) : inviteText.listenHint;
    this.#ring.show(calls.filter(ringsHere), ({ peerId: caller }) => {
      if (signaling.inCall) return text.acceptHintOn;
      if (!signaling.ringsForGroup(caller)) return devices;
      const names = others.filter(({ inGroup, peerId }) => inGroup && peerId !== caller).map(({ name }) => name);
      return names.length > 0 ? `${text.acceptJoins(names)} ${devices}` : devices;
    });
    this.#showStatus(calls.filter((call) => !ringsHere(call)));
  }

  /** @param {Person[]} calls those that this peer has begun or accepted */
  #showStatus(calls) {
    const isInCall = calls.length > 0 || this.#context.signaling.inGroup;
    this.#status.hidden = !isInCall;
    if (isInCall) setText(this.#status, calls.length > 0 ? callStatusText(calls.map(statusOf)) : text.waitingForOthers);
  }
}

/** @param {Person} person */
function statusOf({ name, callState }) {
  return { name, state: callState };
}

/**
 * @param {Person} person
 * @returns {boolean} a call of theirs rings here
 */
function ringsHere({ callState, outgoing }) {
  return callState === "ringing" && !outgoing;
}
