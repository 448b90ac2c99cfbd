/** The page: makes the parts and wires them together. */

import { Board } from "./app/board.js";
import { CallBar } from "./people/callbar.js";
import { listenToCallKeys } from "./people/callkeys.js";
import { Choices } from "./devices/choices.js";
import { showDevices } from "./devices/dialog.js";
import { dispatch } from "./app/dispatch.js";
import { byId, setText } from "./ui/dom.js";
import { keepIdentity, recallIdentity } from "./connection/identity.js";
import { JoinToken } from "./connection/jointoken.js";
import { GroupView } from "./people/groupview.js";
import { showInvite } from "./invite/dialog.js";
import { Rights } from "./invite/rights.js";
import { LocalMedia } from "./media/local.js";
import { ScreenShare } from "./media/screen.js";
import { Speaking } from "./media/speaking.js";
import { announcer, applyChoices, placeStreams, tellViewSizes } from "./media/wiring.js";
import { Badges } from "./monitor/badge.js";
import { Diagnoses } from "./monitor/diagnoses.js";
import { showDiagnoses } from "./monitor/diagnosisnotices.js";
import { Monitor } from "./monitor/monitor.js";
import { Reporter } from "./monitor/reporter.js";
import { Notices } from "./app/notices.js";
import { OwnTile } from "./people/owntile.js";
import { Roster } from "./people/peers.js";
import { confirmed } from "./ui/dialog.js";
import { iceServersOf } from "./calls/ice.js";
import { prepareCalls } from "./calls/peerconnection.js";
import { PeopleView } from "./people/people.js";
import { describePerson, ownMedia } from "./people/person.js";
import * as page from "./app/page.js";
import { CanvasConnection } from "./protocol.js";
import { MANY_CALLS, sendingQuality } from "./calls/quality.js";
import { RingView } from "./people/ring.js";
import { cameraOf, SceneState, screenOf } from "./scene/scene.js";
import { VerifiedCalls } from "./security/verifiedcalls.js";
import { SignalingManager } from "./signaling.js";
import { coalesce } from "./lib/coalesce.js";
import { callEndText, connectionText, endText, mediaFaultText, text } from "./text/calls.js";
import { text as inviteText } from "./text/invite.js";
import { text as securityText } from "./text/security.js";
import { VideoManager } from "./video.js";

/** @import {Identity} from "./connection/identity.js" */
/** @import {Person} from "./people/person.js" */
/** @import {Error as ErrorMessage, PeerAssigned} from "./types/messages.js" */

const PATIENCE_MS = 5_000;
/** Messages that change nothing a person sees, and come by the hundred. */
const UNSEEN = new Set(["relay_ice_candidate", "peer_cursor", "peer_preview", "peer_view_size", "pong"]);

const session = page.sessionOfAddress();
if (session) start(session, await recallIdentity(session));
else location.replace("/");

/**
 * @param {string} sessionId
 * @param {Identity | null} identity of this window before it was reloaded
 */
function start(sessionId, identity) {
  const pass = new JoinToken(sessionId);
  const rights = new Rights();
  const connection = new CanvasConnection({
    url: page.webSocketUrl(),
    pass,
    sessionId,
    displayName: page.firstName(),
    identity,
  });
  const choices = new Choices();
  const mayPublish = () => rights.has("publish");
  const media = new LocalMedia(choices, mayPublish);
  const roster = new Roster();
  const screen = new ScreenShare();
  const signaling = new SignalingManager(connection, media, screen, roster);
  const videos = new VideoManager();
  const scene = new SceneState();
  const speaking = new Speaking(signaling, media);
  const app = { connection, roster, signaling, media, screen, speaking, scene, videos };
  const ownTiles = [
    new OwnTile(app, {
      streamOf: cameraOf,
      isWanted: () => signaling.inCall && mayPublish(),
      isOver: () => false,
    }),
    new OwnTile(app, {
      streamOf: screenOf,
      isWanted: () => signaling.inCall && screen.stream !== null,
      isOver: () => signaling.inCall && screen.stream === null,
    }),
  ];
  const describe = (/** @type {string} */ peerId) => describePerson(app, peerId);
  const call = (/** @type {string} */ peerId) => signaling.startCall(peerId);
  Object.assign(window, { signalingManager: signaling, videoManager: videos });

  // --- views ---------------------------------------------------------------------------------

  const notices = new Notices(byId("notices", HTMLElement));
  const monitor = new Monitor(signaling);
  const diagnoses = new Diagnoses(signaling);
  new Reporter(monitor, connection, (peerId) => signaling.callState(peerId) === "connected");
  const nameOf = (/** @type {string} */ peerId) => describe(peerId).name;
  showDiagnoses(diagnoses, notices, nameOf);
  const compared = new VerifiedCalls(signaling, (peerId) => {
    notices.show(securityText.changed(nameOf(peerId)), { problem: true, stays: true, key: `code-${peerId}` });
  });
  const badges = new Badges(monitor, nameOf, (peerId, badge) => {
    board.panels.openCall(peerId, badge);
  });
  const board = new Board(connection, pass, scene, videos, { monitor, diagnoses, compared }, notices, {
    describe,
    join: (peerId) => (describe(peerId).inGroup ? signaling.joinGroup() : call(peerId)),
    badgeFor: (peerId) => badges.nodeFor(peerId),
    isAlone: () => roster.peers.size < 2,
    may: (right) => rights.has(right),
    isBack: identity !== null || page.isReloaded(),
  });
  const people = new PeopleView(byId("people-list", HTMLElement), byId("alone", HTMLElement), {
    call,
    hangUp: (peerId) => signaling.endCall(peerId),
    kick: async (peerId) => {
      if (await confirmed(inviteText.removeTitle(nameOf(peerId)), inviteText.removeQuestion, inviteText.remove)) {
        connection.send({ type: "kick", target_peer_id: peerId });
      }
    },
  });
  const ring = new RingView(byId("ring", HTMLElement), {
    accept: (peerId) => signaling.acceptCall(peerId),
    decline: (peerId) => signaling.declineCall(peerId),
  });
  const group = new GroupView(byId("group", HTMLElement), () => {
    signaling.joinGroup();
  });
  const bar = new CallBar(byId("callbar", HTMLElement), {
    toggle: (kind) => media.toggle(kind),
    toggleScreen: () => (screen.stream ? screen.stop() : void screen.start()),
    leave: () => signaling.leaveCalls(),
  });

  /** Show what has changed, soon: signals go first, and many changes are shown at once. */
  const render = coalesce(() => {
    const others = [...roster.peers.keys()].filter((id) => id !== connection.peerId).map(describe);
    people.show(others);
    group.show(others, signaling.inGroup, connection.state === "open");
    const calls = signaling.calls.map((call) => ({ ...call, ...describe(call.peerId) }));
    const ringsHere = (/** @type {Person} */ person) => person.callState === "ringing" && !person.outgoing;
    const hint = signaling.inCall ? text.acceptHintOn : text.acceptHint(media.wanted);
    ring.show(calls.filter(ringsHere), mayPublish() ? hint : inviteText.listenHint);
    bar.show(calls.filter((call) => !ringsHere(call)), signaling.inGroup, media, screen);
    board.showPeople();
    for (const tile of ownTiles) tile.show();
    sayWhatManyCost(calls.length);
    keep();
  });

  /** @param {number} count of calls */
  function sayWhatManyCost(count) {
    if (count <= MANY_CALLS) return notices.hide("many");
    if (count <= mostCalls) return;
    mostCalls = count;
    const megabits = Math.ceil((count * sendingQuality(count).maxBitrate) / 1e6);
    notices.show(text.manyCalls(count, megabits), { key: "many", stays: true });
  }
  let mostCalls = MANY_CALLS;

  /** Remember what a reload of this window has to find again. */
  function keep() {
    const { peerId, resumeToken: token } = connection;
    if (!peerId || !token) return;
    const calls = signaling.savedCalls;
    keepIdentity(sessionId, { peerId, token, calls, group: signaling.savedGroup });
  }

  // --- the server ----------------------------------------------------------------------------

  if (identity) signaling.restore(identity.calls, identity.group);

  const nameField = byId("own-name", HTMLInputElement);

  /** @param {PeerAssigned} message */
  function assigned(message) {
    const { peer_id, ice_servers, ice_transport_policy: policy } = message;
    rights.take(message);
    signaling.configure({ iceServers: iceServersOf(ice_servers), iceTransportPolicy: policy ?? "all" });
    signaling.autoAccept = page.autoAccept(connection.features);
    videos.ownPeerId = peer_id;
    showOwnName();
  }

  /** @param {ErrorMessage} error */
  function refused({ code, message, message_id }) {
    switch (code) {
      case "peer_not_found": // a call or a signal to somebody who has just left
        for (const { peerId } of signaling.calls) {
          if (!roster.peers.has(peerId)) signaling.handleCallEnded(peerId, "left");
        }
        return;
      case "not_in_call": // both hung up
      case "element_not_found": // moved while somebody removed it
        return;
      case "scene_full":
        if (ownTiles.some((tile) => tile.isWish(message_id))) notices.show(text.sceneFull, { problem: true });
        return;
      default:
        notices.show(text.serverRefused(message), { problem: true });
    }
  }

  /** Say why nothing happens, when coming back takes long. */
  const sayUnreachable = () => {
    if (connection.state === "open" || connection.state === "closed") return;
    const why = text.putOff[connection.putOff] ?? text.unreachable;
    notices.show(why, { key: "connection", stays: true });
  };
  let patience = setTimeout(sayUnreachable, PATIENCE_MS);

  connection.on("overflow", () => {
    notices.show(text.overflow, { key: "overflow", problem: true });
    connection.send({ type: "get_scene" });
  });
  connection.on("message", (message) => {
    dispatch({ roster, signaling, board, assigned, diagnoses, refused }, message);
    if (!UNSEEN.has(message.type)) render();
  });
  connection.on("state", (state) => {
    const node = byId("connection", HTMLElement);
    node.dataset["connection"] = state;
    setText(node, connectionText[state]);
    byId("closed", HTMLElement).hidden = state !== "closed" || connection.closeCode === "";
    if (state === "closed") setText(byId("closed-text", HTMLElement), whyClosed(connection));
    clearTimeout(patience);
    patience = setTimeout(sayUnreachable, PATIENCE_MS);
    if (state === "open") notices.hide("connection");
    render();
  });

  // --- calls ---------------------------------------------------------------------------------

  placeStreams(app);
  const announceMedia = announcer(connection, () => ({
    inCall: media.stream !== null,
    media: media.stream ? ownMedia(media, screen) : { audio: false, video: false, screen: false },
  }));
  const sendsOther = () => {
    announceMedia();
    render();
  };
  media.on("changed", sendsOther);
  screen.on("changed", sendsOther);
  screen.on("failed", () => notices.show(text.shareFailed, { problem: true }));
  speaking.on("changed", () => board.showPeople());
  signaling.on("state", (change) => {
    if (change.state === "ended") {
      roster.expectNoMore(change.peerId);
      const message = callEndText(change, describe(change.peerId).name);
      if (message) notices.show(message, { problem: change.reason === "failed" });
    }
    render();
  });
  media.on("fault", ({ kinds, fault }) => {
    notices.show(mediaFaultText(kinds, fault), { problem: true });
  });
  media.on("found", (kind) => notices.show(text.found(kind)));
  videos.on("blocked", (blocked) => {
    if (blocked) notices.show(text.soundBlocked, { key: "sound", stays: true });
    else notices.hide("sound");
  });

  tellViewSizes(app, board.stage.frame);

  // --- devices -------------------------------------------------------------------------------

  applyChoices(choices, app);
  for (const button of document.querySelectorAll("[data-action=devices]")) {
    button.addEventListener("click", () => showDevices(choices, media));
  }
  listenToCallKeys(() => signaling.inCall, (kind) => media.toggle(kind));

  // --- the page ------------------------------------------------------------------------------

  /** Show the name that others see; one that the link gives is not to be changed (rule TOK6). */
  function showOwnName() {
    nameField.value = connection.displayName;
    nameField.readOnly = connection.nameIsBound;
    nameField.title = connection.nameIsBound ? inviteText.nameOfLink : "";
  }
  showOwnName();
  nameField.addEventListener("change", () => {
    const name = page.cleanName(nameField.value);
    if (name && name !== connection.displayName && !connection.nameIsBound) {
      page.rememberName(name);
      connection.rename(name);
    }
    nameField.value = connection.displayName;
    render();
  });
  nameField.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") nameField.blur();
  });

  setText(byId("session-name", HTMLElement), sessionId);
  rights.on("changed", () => {
    media.followRight();
    if (!mayPublish()) screen.stop();
    for (const words of document.querySelectorAll("[data-copy-link] span")) {
      setText(words, rights.has("moderate") ? inviteText.invite : text.copyLink);
    }
    board.showPeople();
  });
  for (const button of document.querySelectorAll("[data-copy-link]")) {
    button.addEventListener("click", async () => {
      if (rights.has("moderate")) return showInvite(sessionId, pass);
      if (pass.token) return notices.show(inviteText.onlyByLink, { key: "link" });
      const link = page.linkToShare();
      const copied = await page.copy(link);
      const message = copied ? text.linkCopied : text.linkNotCopied(link);
      notices.show(message, { key: "link", stays: !copied });
    });
  }
  byId("rejoin", HTMLButtonElement).addEventListener("click", () => location.reload());
  connection.open();
  setTimeout(() => {
    prepareCalls();
    media.prepare();
  });
}

/**
 * @param {CanvasConnection} connection
 * @returns {string}
 */
function whyClosed({ closeCode, closeReason }) {
  const known = endText[closeCode];
  if (known) return known;
  return closeCode.startsWith("41") ? text.closed(closeReason) : text.refused(closeReason);
}
