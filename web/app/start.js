/** Starts the page of one session: makes the parts and connects them. */

import { connectAgents } from "./agentparts.js";
import { iceServersOf } from "../calls/ice.js";
import { prepareCalls } from "../calls/peerconnection.js";
import { warmUpCalls } from "../calls/warmup.js";
import { keepIdentity, takeHold } from "../connection/identity.js";
import { forbidElsewhere } from "../kinds/parts/elsewhere.js";
import { coalesce } from "../lib/coalesce.js";
import { connectLayouts } from "../layouts/connect.js";
import { announcer, applyChoices, keepIntentions, placeStreams, reportViewSizes } from "../media/wiring.js";
import { createOwnTiles } from "../people/owntiles.js";
import { ownMedia } from "../people/person.js";
import { keepAbove } from "../ui/above.js";
import { byId, setText } from "../ui/dom.js";
import { loadAhead, Part } from "../ui/part.js";
import { deviceDialog } from "../room/controls/devices.js";
import { Room } from "../room/room.js";
import { createBoard } from "./boardparts.js";
import { ManyCallsNotice, showCallNotices } from "./callnotices.js";
import { showConnection } from "./connectionview.js";
import { createContext } from "./context.js";
import { createHandlers, dispatch } from "./dispatch.js";
import { OwnName } from "./ownname.js";
import { autoAccept } from "./page.js";
import { refusalHandler } from "./refusals.js";
import { connectRoomMessages } from "./roommessages.js";
import { connectShareLink } from "./sharelink.js";
import { Views } from "./views.js";

/** @import {Arrival} from "./arrival.js" */
/** @import {Board} from "./board.js" */
/** @import {Context} from "./context.js" */
/** @import {Identity} from "../connection/identity.js" */
/** @import {OwnTile} from "../people/owntile.js" */

/**
 * @param {Arrival} arrival
 * @param {Identity | null} identity of this window before it was reloaded
 */
export function start(arrival, identity) {
  if (identity) takeHold(identity);
  const context = createContext(arrival, identity);
  const { sessionId } = arrival;
  const { connection, signaling, videos, rights, media } = context;
  const ownTiles = createOwnTiles(context);
  Object.assign(window, { signalingManager: signaling, videoManager: videos });
  const board = createBoard(context);
  const layouts = connectLayouts(context, board);
  const manners = new Part(async () => new (await import("../manners/manners.js")).Manners(context, board.panels));
  const render = renderer(context, board, ownTiles, () => {
    layouts.show();
    manners.loaded?.show();
  });
  const ownName = new OwnName(connection, render);
  if (identity) signaling.restore(identity.calls, identity.group);

  const handlers = createHandlers({
    ...context,
    board,
    refused: refusalHandler(context, ownTiles),
    assigned: (message) => {
      rights.take(message);
      signaling.configure({
        iceServers: iceServersOf(message.ice_servers),
        iceTransportPolicy: message.ice_transport_policy ?? "all",
      });
      forbidElsewhere(message.ice_transport_policy === "relay");
      signaling.autoAccept = autoAccept(connection.features);
      videos.ownPeerId = message.peer_id;
      ownName.show();
    },
  });
  keepAbove(byId("above", HTMLElement));
  showConnection(context);
  connection.on("message", (message) => {
    if (dispatch(handlers, message)) render();
  });
  connection.on("state", render);
  followChat(context, board, render);
  const parts = [context.chat.part, manners, ...board.parts, layouts.part, connectMedia(context, board, render), connectShareLink(context)];
  connectRights(context, board);
  connectRoomMessages(context);
  connectAgents(context, board);
  warmUpCalls(signaling);
  parts.unshift(connectLobby(context, render));
  const off = connection.on("scene_update", () => {
    off();
    setTimeout(() => loadRest(context, board, parts));
  });
  setText(byId("session-name", HTMLElement), sessionId);
  connection.open();
  arrival.presses.repeat();
  setTimeout(() => {
    prepareCalls();
    media.prepare();
  });
}

/**
 * @param {Context} context
 * @param {() => void} render
 * @returns {Part<any>} the lobby
 */
function connectLobby(context, render) {
  const { connection, signaling, lobby, notices } = context;
  const part = new Part(() => import("../lobby/lobby.js"));
  const open = () => void part.use(({ openLobby }) => openLobby(context), notices);
  lobby.on("changed", render);
  signaling.on("entered", () => lobby.pass());
  connection.on("waiting", open);
  const off = connection.on("scene_update", () => {
    off();
    if (!signaling.autoAccept && !signaling.inCall && !lobby.isPast) open();
    else lobby.close(); // it was there for the waiting
  });
  return part;
}

/**
 * Load what is not needed to see the scene and the people, once they are drawn.
 *
 * @param {Context} context
 * @param {Board} board
 * @param {Part<any>[]} parts
 */
async function loadRest({ notices }, board, parts) {
  await board.tools.use(() => {}, notices); // nobody presses for what has no button yet
  await loadAhead(parts, notices);
}

/**
 * Makes the function that renders what has changed, coalesced: signals go first, and many changes are shown at once.
 *
 * @param {Context} context
 * @param {Board} board
 * @param {readonly OwnTile[]} ownTiles
 * @param {() => void} showRest layouts and manners
 * @returns {() => void}
 */
function renderer(context, board, ownTiles, showRest) {
  const { signaling } = context;
  const views = new Views(context, board.panels, (peerId) => board.showPerson(peerId));
  const room = new Room({ ...context, stage: board.stage, panels: board.panels });
  const manyCalls = new ManyCallsNotice(context.notices);
  return coalesce(() => {
    views.show();
    room.show();
    board.showPeople();
    for (const tile of ownTiles) tile.show();
    showRest();
    manyCalls.show(signaling.calls.length);
    keepWindow(context);
  });
}

/**
 * Keep what a reload of this window has to find again.
 *
 * @param {Context} context
 */
function keepWindow({ sessionId, connection, signaling }) {
  const { peerId, resumeToken: token } = connection;
  if (!peerId || !token) return;
  keepIdentity(sessionId, { peerId, token, calls: signaling.savedCalls, group: signaling.savedGroup });
}

/**
 * @param {Context} context
 * @param {Board} board
 * @param {() => void} render
 * @returns {Part<any>} the dialog of the devices
 */
function connectMedia(context, board, render) {
  const { connection, signaling, roster, media, screen, choices } = context;
  placeStreams(context);
  const announce = announcer(connection, () => ({
    inCall: media.stream !== null,
    media: media.stream ? ownMedia(media, screen) : { audio: false, video: false, screen: false },
  }));
  const sendsOther = () => {
    announce();
    render();
  };
  media.on("changed", sendsOther);
  screen.on("changed", sendsOther);
  context.speaking.on("changed", () => board.showPeople());
  signaling.on("state", ({ peerId, state }) => {
    if (state === "ended") roster.expectNoMore(peerId);
    // It may be a page that was loaded anew, and knows only what it is told.
    if (state === "connected") announce({ anew: true });
    render();
  });
  showCallNotices(context);
  reportViewSizes(context, board.stage.frame);
  applyChoices(choices, context);
  keepIntentions(context);
  return deviceDialog;
}

/**
 * @param {Context} context
 * @param {Board} board
 * @param {() => void} render
 */
function followChat({ chat }, { panels }, render) {
  chat.on("changed", () => {
    panels.badge("chat", chat.unread);
    render();
  });
}

/**
 * @param {Context} context
 * @param {Board} board
 */
function connectRights({ rights, media, screen, mayPublish }, board) {
  rights.on("changed", () => {
    media.followRight();
    if (!mayPublish()) screen.stop();
    board.showPeople();
  });
}
