/**
 * A sample: one second of a call, from two consecutive reports (W3C webrtc-stats). Pure. What a
 * report does not say is `null`; a stream that is new, or whose counters began anew, counts from its
 * second report on.
 */

/**
 * One object of a report; all are read with care, since no browser has every member.
 *
 * @typedef {{id: string, type: string, timestamp: number, [member: string]: unknown}} Stat
 */
/** @typedef {{forEach: (see: (stat: Stat) => void) => void}} Report */
/** @typedef {"none" | "cpu" | "bandwidth" | "other"} Limitation */
/** @typedef {{local: string, remote: string, protocol: string}} Path types of the candidates, and how the local one goes */

/**
 * `in`: what comes from the peer, `out`: what goes to it. Pictures are those of the camera; bits,
 * packets and jitter are those of everything in the call.
 *
 * @typedef {object} Sample
 * @property {number} time milliseconds since 1970
 * @property {boolean} interrupted no connection at that moment
 * @property {number | null} bitrateIn bits per second
 * @property {number | null} bitrateOut
 * @property {number | null} framesIn pictures per second
 * @property {number | null} framesOut
 * @property {Size | null} sizeIn
 * @property {Size | null} sizeOut
 * @property {number | null} lossIn share of the packets, 0 to 1
 * @property {number | null} lossOut as the peer reported it last
 * @property {number} packetsIn that should have come, and are the weight of `lossIn`
 * @property {number | null} jitter milliseconds, of the worst stream
 * @property {number | null} roundTrip milliseconds
 * @property {number | null} frozen seconds that the picture stood still, in this second
 * @property {number | null} seconds between the two reports
 * @property {string | null} codecIn of the pictures, such as VP8
 * @property {string | null} codecOut
 * @property {Limitation | null} limitation what keeps our pictures smaller than wished
 * @property {Path | null} path
 */
/** @typedef {{width: number, height: number}} Size in pixels */

/**
 * @param {Report} report
 * @param {Report | null} before the report of a second ago, of the same connection
 * @param {object} about
 * @param {number} about.time milliseconds since 1970
 * @param {string | null} [about.cameraMid] of the media section of the cameras; the lowest by default
 * @param {boolean} [about.interrupted]
 * @returns {Sample}
 */
export function sampleOf(report, before, { time, cameraMid = null, interrupted = false }) {
  const now = byId(report);
  const then = before ? byId(before) : new Map();
  const pairs = [...now.values()].map((stat) => ({ stat, old: sameStream(stat, then.get(stat.id)) }));
  const of = (/** @type {string} */ type) => pairs.filter(({ stat }) => stat.type === type);
  const [incoming, outgoing] = [of("inbound-rtp"), of("outbound-rtp")];
  const [cameraIn, cameraOut] = [cameraOf(incoming, cameraMid), cameraOf(outgoing, cameraMid)];
  const pair = selectedPair(now);
  const reported = of("remote-inbound-rtp").map(({ stat }) => stat);
  return {
    time,
    interrupted,
    bitrateIn: bitrate(incoming, "bytesReceived", "headerBytesReceived"),
    bitrateOut: bitrate(outgoing, "bytesSent", "headerBytesSent"),
    framesIn: rate(cameraIn, "framesDecoded"),
    framesOut: rate(cameraOut, "framesSent") ?? rate(cameraOut, "framesEncoded"),
    sizeIn: sizeOf(cameraIn?.stat),
    sizeOut: sizeOf(cameraOut?.stat),
    ...lossOf(incoming),
    lossOut: reportedLoss(reported, outgoing),
    jitter: milliseconds(largest(incoming.map(({ stat }) => number(stat, "jitter")))),
    roundTrip: milliseconds(number(pair, "currentRoundTripTime") ?? largest(reported.map((stat) => number(stat, "roundTripTime")))),
    frozen: grown(cameraIn, "totalFreezesDuration"),
    seconds: cameraIn ? elapsed(cameraIn) : null,
    codecIn: codecOf(now, cameraIn?.stat),
    codecOut: codecOf(now, cameraOut?.stat),
    limitation: /** @type {Limitation | null} */ (word(cameraOut?.stat, "qualityLimitationReason")),
    path: pathOf(now, pair),
  };
}

/** @typedef {{stat: Stat, old: Stat | undefined}} Pair now and a second ago */

/**
 * @param {Report} report
 * @returns {Map<string, Stat>}
 */
function byId(report) {
  /** @type {Map<string, Stat>} */
  const found = new Map();
  report.forEach((stat) => found.set(stat.id, stat));
  return found;
}

/**
 * @param {Stat} stat
 * @param {Stat | undefined} old
 */
function sameStream(stat, old) {
  return old?.type === stat.type && old["ssrc"] === stat["ssrc"] ? old : undefined;
}

/**
 * @param {Stat | undefined} stat
 * @param {string} member
 * @returns {number | null}
 */
function number(stat, member) {
  const value = stat?.[member];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/**
 * @param {Stat | undefined} stat
 * @param {string} member
 * @returns {string | null}
 */
function word(stat, member) {
  const value = stat?.[member];
  return typeof value === "string" && value !== "" ? value : null;
}

/**
 * The camera is the first video section, a shared screen a later one.
 *
 * @param {Pair[]} streams
 * @param {string | null} mid
 * @returns {Pair | undefined}
 */
function cameraOf(streams, mid) {
  const videos = streams.filter(({ stat }) => stat["kind"] === "video");
  const areNamed = videos.every(({ stat }) => word(stat, "mid") !== null);
  if (!areNamed) return videos[0];
  if (mid !== null) return videos.find(({ stat }) => stat["mid"] === mid);
  return videos.sort((a, b) => Number(a.stat["mid"]) - Number(b.stat["mid"]))[0];
}

/** @param {Pair} pair @returns {number | null} seconds; `null`: nothing to compare with */
function elapsed({ stat, old }) {
  const passed = old ? (stat.timestamp - old.timestamp) / 1000 : 0;
  return passed > 0 ? passed : null;
}

/**
 * @param {Pair | undefined} pair
 * @param {string} member a counter
 * @returns {number | null} how much it has grown
 */
function grown(pair, member) {
  const [now, then] = [number(pair?.stat, member), number(pair?.old, member)];
  return now === null || then === null || now < then ? null : now - then;
}

/**
 * @param {Pair | undefined} pair
 * @param {string} member a counter
 * @returns {number | null} how much it grows in a second
 */
function rate(pair, member) {
  const [more, seconds] = [grown(pair, member), pair ? elapsed(pair) : null];
  return more === null || seconds === null ? null : more / seconds;
}

/**
 * @param {Pair[]} streams
 * @param {string} payload
 * @param {string} headers
 */
function bitrate(streams, payload, headers) {
  const rates = streams.map((pair) => {
    const bytes = rate(pair, payload);
    return bytes === null ? null : bytes + (rate(pair, headers) ?? 0);
  });
  const known = rates.filter((bytes) => bytes !== null);
  return known.length > 0 ? 8 * known.reduce((sum, bytes) => sum + bytes, 0) : null;
}

/**
 * @param {Pair[]} incoming
 * @returns {Pick<Sample, "lossIn" | "packetsIn">}
 */
function lossOf(incoming) {
  let [lost, received] = [0, 0];
  for (const pair of incoming) {
    const came = grown(pair, "packetsReceived");
    if (came === null) continue;
    received += came;
    // What comes late takes the count of lost packets down again.
    lost += grown(pair, "packetsLost") ?? 0;
  }
  const packetsIn = lost + received;
  return { packetsIn, lossIn: packetsIn > 0 ? lost / packetsIn : null };
}

/**
 * @param {Stat[]} reported by the peer, of what it gets
 * @param {Pair[]} outgoing
 * @returns {number | null} of all streams, each by what it sends
 */
function reportedLoss(reported, outgoing) {
  let [lost, sent] = [0, 0];
  for (const stat of reported) {
    const share = number(stat, "fractionLost");
    const stream = outgoing.find(({ stat: { id, ssrc } }) => id === stat["localId"] || ssrc === stat["ssrc"]);
    const packets = grown(stream, "packetsSent");
    if (share === null || packets === null) continue;
    lost += share * packets;
    sent += packets;
  }
  return sent > 0 ? lost / sent : null;
}

/** @param {Stat | undefined} stat @returns {Size | null} */
function sizeOf(stat) {
  const [width, height] = [number(stat, "frameWidth"), number(stat, "frameHeight")];
  return width && height ? { width, height } : null;
}

/** @param {(number | null)[]} values */
function largest(values) {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.max(...known) : null;
}

/** @param {number | null} seconds */
function milliseconds(seconds) {
  return seconds === null ? null : seconds * 1000;
}

/**
 * @param {Map<string, Stat>} report
 * @param {Stat | undefined} stream
 */
function codecOf(report, stream) {
  const codec = report.get(word(stream, "codecId") ?? "");
  return word(codec, "mimeType")?.replace(/^.*\//, "") ?? null;
}

/**
 * The candidate pair that carries the media. Firefox has no `transport` that says so, but `selected`.
 *
 * @param {Map<string, Stat>} report
 * @returns {Stat | undefined}
 */
function selectedPair(report) {
  const stats = [...report.values()];
  const named = stats
    .filter(({ type }) => type === "transport")
    .map((stat) => report.get(word(stat, "selectedCandidatePairId") ?? ""))
    .find((pair) => pair !== undefined);
  const pairs = stats.filter(({ type }) => type === "candidate-pair");
  return (
    named ??
    pairs.find((pair) => pair["selected"] === true) ??
    pairs.find((pair) => pair["nominated"] === true && pair["state"] === "succeeded")
  );
}

/**
 * @param {Map<string, Stat>} report
 * @param {Stat | undefined} pair
 * @returns {Path | null}
 */
function pathOf(report, pair) {
  const here = report.get(word(pair, "localCandidateId") ?? "");
  const there = report.get(word(pair, "remoteCandidateId") ?? "");
  const [local, remote] = [word(here, "candidateType"), word(there, "candidateType")];
  if (local === null || remote === null) return null;
  // To a relay it may go another way than on from there.
  const protocol = (local === "relay" && word(here, "relayProtocol")) || word(here, "protocol");
  return { local, remote, protocol: protocol?.toLowerCase() ?? "" };
}
