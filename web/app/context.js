/** Context of the page: the parts that its modules share, made once. */

import { LateChat } from "../chat/late.js";
import { JoinToken } from "../connection/jointoken.js";
import { Choices } from "../devices/choices.js";
import { Rights } from "../invite/rights.js";
import { Intentions } from "../media/intentions.js";
import { Layouts } from "../layouts/layouts.js";
import { isReloaded } from "../lib/navigation.js";
import { Anteroom } from "../lobby/anteroom.js";
import { LocalMedia } from "../media/local.js";
import { ScreenShare } from "../media/screen.js";
import { Speaking } from "../media/speaking.js";
import { Diagnoses } from "../monitor/diagnoses.js";
import { Monitor } from "../monitor/monitor.js";
import { Roster } from "../people/peers.js";
import { describePerson } from "../people/person.js";
import { CanvasConnection } from "../protocol.js";
import { SceneState } from "../scene/scene.js";
import { TAKES } from "../connection/subscription.js";
import { SignalingManager } from "../signaling.js";
import { byId } from "../ui/dom.js";
import { VideoManager } from "../video.js";
import { Notices } from "./notices.js";
import { webSocketUrl } from "./page.js";

/** @import {Arrival} from "./arrival.js" */
/** @import {Identity} from "../connection/identity.js" */
/** @import {Person} from "../people/person.js" */

/**
 * @typedef {object} Context
 * @property {string} sessionId
 * @property {Identity | null} identity of this window before it was reloaded
 * @property {JoinToken} pass
 * @property {Rights} rights of this person
 * @property {CanvasConnection} connection
 * @property {Choices} choices of devices and quality
 * @property {LocalMedia} media
 * @property {ScreenShare} screen
 * @property {Roster} roster
 * @property {SignalingManager} signaling
 * @property {VideoManager} videos
 * @property {SceneState} scene
 * @property {LateChat} chat
 * @property {Speaking} speaking
 * @property {Layouts} layouts that the person has chosen
 * @property {Monitor} monitor
 * @property {Diagnoses} diagnoses
 * @property {Anteroom} lobby
 * @property {Notices} notices
 * @property {(peerId: string) => Person} describe
 * @property {(peerId: string) => string} nameOf
 * @property {() => boolean} mayPublish
 */

/**
 * @param {Arrival} arrival
 * @param {Identity | null} identity
 * @returns {Context}
 */
export function createContext({ sessionId, displayName, token, early }, identity) {
  const pass = new JoinToken(sessionId, token);
  const rights = new Rights();
  const connection = new CanvasConnection({
    url: webSocketUrl(), pass, sessionId, displayName, identity, early, takes: TAKES,
  });
  const choices = new Choices();
  const mayPublish = () => rights.has("publish");
  // Calls that a reload takes up are no press of the person.
  const restored = identity !== null && (identity.calls.length > 0 || identity.group !== null);
  const media = new LocalMedia(choices, mayPublish, new Intentions({ restored, reloaded: isReloaded() }));
  const roster = new Roster();
  const screen = new ScreenShare();
  const signaling = new SignalingManager(connection, media, screen, roster);
  const videos = new VideoManager();
  const speaking = new Speaking(signaling, media);
  const people = { connection, roster, signaling, media, screen, speaking };
  const describe = (/** @type {string} */ peerId) => describePerson(people, peerId);
  return {
    ...people,
    sessionId,
    identity,
    pass,
    rights,
    choices,
    videos,
    scene: new SceneState(),
    layouts: new Layouts(),
    chat: new LateChat(connection, identity !== null || isReloaded()),
    monitor: new Monitor(signaling),
    diagnoses: new Diagnoses(signaling),
    lobby: new Anteroom(),
    notices: new Notices(byId("notices", HTMLElement)),
    describe,
    nameOf: (peerId) => describe(peerId).name,
    mayPublish,
  };
}
