/** Connections between the media of this page and the parts that show them, announce them and bound them. */

import { chosenOf } from "../devices/chosen.js";
import { presentDevice } from "../devices/present.js";
import { cameraOf, screenOf } from "../scene/scene.js";
import { shownHeight, ViewSizes } from "./viewsizes.js";

/** @import {Choices, Chosen} from "../devices/choices.js" */
/** @import {LocalMedia} from "./local.js" */
/** @import {CanvasConnection} from "../protocol.js" */
/** @import {SignalingManager} from "../signaling.js" */
/** @import {VideoManager} from "../video.js" */
/** @import {Media} from "../types/messages.js" */
/** @import {ScreenShare} from "./screen.js" */

/**
 * Bring every stream, own or received, to its tile.
 *
 * @param {{signaling: SignalingManager, screen: ScreenShare, videos: VideoManager}} app
 */
export function placeStreams({ signaling, screen, videos }) {
  signaling.on("local", (stream) => {
    if (!videos.ownPeerId) return;
    if (stream) videos.addPeerStream(stream, videos.ownPeerId);
    else videos.removeStream(videos.ownPeerId);
  });
  signaling.on("stream", ({ peerId, stream }) => {
    if (stream) videos.addPeerStream(stream, peerId);
    else videos.removeStream(peerId);
  });
  signaling.on("screen", ({ peerId, stream }) => {
    if (stream) videos.addScreenStream(stream, peerId);
    else videos.removeScreenStream(peerId);
  });
  screen.on("changed", () => {
    if (!videos.ownPeerId) return;
    if (screen.stream) videos.addScreenStream(screen.stream, videos.ownPeerId);
    else videos.removeScreenStream(videos.ownPeerId);
  });
}

/**
 * Announce what this page sends with `media_state`, whenever that changes.
 *
 * @param {CanvasConnection} connection
 * @param {() => {inCall: boolean, media: Media | null}} now `null`: not known yet
 * @returns {(how?: {anew: boolean}) => void} looks whether something has changed; `anew`: announces it in any case
 */
export function announcer(connection, now) {
  /** What was announced in the present calls; empty: nothing. */
  let announced = "";
  const look = ({ anew } = { anew: false }) => {
    if (anew) announced = "";
    const { inCall, media } = now();
    const state = inCall ? JSON.stringify(media) : "";
    if (!media || state === announced) return;
    announced = state;
    connection.send({ type: "media_state", ...media });
  };
  connection.on("lost", () => look({ anew: true }));
  return look;
}

/**
 * Report to the others with `view_size` how large this page shows what they send.
 *
 * @param {{connection: CanvasConnection, signaling: SignalingManager, videos: VideoManager}} app
 * @param {HTMLElement} frame of the canvas
 */
export function reportViewSizes({ connection, signaling, videos }, frame) {
  const largest = (/** @type {string} */ streamId) =>
    Math.max(0, ...videos.viewsOf(streamId, frame).map(([node, around]) => shownHeight(node, around)));
  const views = new ViewSizes(
    (peerId) => ({ camera: largest(cameraOf(peerId)), screen: largest(screenOf(peerId)) }),
    (peerId, sizes) => {
      if (connection.state === "open") {
        connection.send({ type: "view_size", target_peer_id: peerId, ...sizes });
      } else views.forget(peerId);
    },
  );
  connection.on("lost", () => views.forget());
  signaling.on("state", ({ peerId, state }) => {
    const connected = signaling.calls.filter((call) => call.state === "connected");
    views.follow(connected.map((call) => call.peerId));
    if (state === "connected") views.forget(peerId); // it may be another page of that person
  });
}

/**
 * Let what the person has chosen count, now and when they choose again.
 *
 * @param {Choices} choices
 * @param {{signaling: SignalingManager, screen: ScreenShare, videos: VideoManager, media: LocalMedia}} app
 */
export function applyChoices(choices, { signaling, screen, videos, media }) {
  const setSpeaker = async () => {
    const chosen = choices.get("speaker");
    const device = await presentDevice(choices, "speaker");
    if (choices.get("speaker") !== chosen) return; // another one meanwhile
    if (device) choices.recognize("speaker", chosenOf(device));
    // One that is not listed may be there all the same; else the one of the system plays.
    videos.sound.setSpeaker(device?.deviceId ?? choices.get("speaker").deviceId);
  };
  /** @type {Partial<Record<keyof Chosen, () => void>>} */
  const effects = {
    speaker: () => void setSpeaker(),
    spatial: () => videos.sound.setSpatial(choices.get("spatial")),
    quality: () => signaling.setPreset(choices.get("quality")),
    hint: () => screen.setHint(choices.get("hint")),
  };
  for (const effect of Object.values(effects)) effect();
  choices.on("changed", (name) => effects[name]?.());
  // A speaker may come and go, and is named to a page only when that may use a microphone.
  navigator.mediaDevices?.addEventListener("devicechange", () => void setSpeaker());
  let hears = false;
  media.on("changed", () => {
    const before = hears;
    hears = media.track("audio") !== null;
    if (hears && !before) void setSpeaker();
  });
}

/** So old may be what a window knows of its devices when it comes back from a crash. */
const STAMP_MS = 30_000;

/**
 * Keep what is on in a call for a reload of this window. Whoever leaves the page has its devices off, also where the
 * browser keeps the page for its Back button.
 *
 * @param {{media: LocalMedia, screen: ScreenShare}} app
 */
export function keepIntentions({ media, screen }) {
  setInterval(() => {
    if (media.stream) media.intentions.stamp();
  }, STAMP_MS);
  addEventListener("pagehide", ({ persisted }) => {
    if (!persisted) return media.intentions.leave();
    media.release();
    screen.stop();
  });
}
