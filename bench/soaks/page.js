/**
 * What the soak run does inside a window, through the page's own hooks. Every task that a round
 * needs is one call, so that a round costs few trips between the driver and the window.
 */
globalThis.soak = (() => {
  const LONGEST_HISTORY = 60;
  const POLL_MS = 5;

  // --- the peer connections that the page makes ------------------------------------------------

  const made = [];
  const histories = new WeakMap();
  const EVENTS = {
    signalingstatechange: (pc) =>
      `${pc.signalingState} ${ufrag(pc.localDescription)}-${ufrag(pc.remoteDescription)}`,
    icecandidate: (pc, { candidate }) => `candidate ${candidate?.usernameFragment ?? "end"}`,
    iceconnectionstatechange: (pc) => `ice ${pc.iceConnectionState}`,
    icegatheringstatechange: (pc) => `gathering ${pc.iceGatheringState}`,
    connectionstatechange: (pc) => `connection ${pc.connectionState}`,
    negotiationneeded: () => "negotiation needed",
  };

  function note(event) {
    const { type, currentTarget } = event;
    const history = histories.get(currentTarget);
    history.push([Date.now(), EVENTS[type](currentTarget, event)]);
    if (history.length > LONGEST_HISTORY) history.shift();
  }

  globalThis.RTCPeerConnection = new Proxy(RTCPeerConnection, {
    construct(native, args, target) {
      const pc = Reflect.construct(native, args, target);
      made.push(new WeakRef(pc));
      histories.set(pc, []);
      for (const type of Object.keys(EVENTS)) pc.addEventListener(type, note);
      return pc;
    },
  });

  const pcOf = (peer) => signalingManager.peerConnections.get(peer);

  // --- waiting -----------------------------------------------------------------------------------

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /** Whether a condition came true in time. */
  async function until(condition, ms) {
    const deadline = performance.now() + ms;
    while (!(await condition())) {
      if (performance.now() > deadline) return false;
      await pause(POLL_MS);
    }
    return true;
  }

  /** Wait for a moment that both windows know; the last bit without a timer, which is coarse. */
  async function moment(at) {
    await pause(Math.max(0, at - Date.now() - 3));
    const now = () => performance.timeOrigin + performance.now();
    while (now() < at);
  }

  // --- what there is ----------------------------------------------------------------------------

  /** A description without what gathering adds to it, which comes and goes by itself. */
  function agreed(description) {
    return (description?.sdp ?? "")
      .split("\r\n")
      .filter((line) => !/^(a=candidate|a=end-of-candidates|a=rtcp:|c=)/.test(line))
      .map((line) => line.replace(/^m=(\w+) (?!0 )\d+/, "m=$1 9"));
  }

  /** The name of an ICE generation. */
  const ufrag = (description) => /^a=ice-ufrag:(\S+)/m.exec(description?.sdp ?? "")?.[1];

  /** How a call is, for the comparison with the other side and for the account of a stuck one. */
  function account(peer, since = 0) {
    const pc = pcOf(peer);
    if (!pc) return { call: signalingManager.callState(peer), connection: "none" };
    return {
      call: signalingManager.callState(peer),
      polite: signalingManager.peerId > peer,
      signaling: pc.signalingState,
      connection: pc.connectionState,
      ice: pc.iceConnectionState,
      gathering: pc.iceGatheringState,
      pending: [pc.pendingLocalDescription?.type, pc.pendingRemoteDescription?.type],
      media: pc.getTransceivers().map(({ mid, receiver, direction, currentDirection }) => {
        return `${mid} ${receiver.track.kind} ${direction}/${currentDirection}`;
      }),
      history: histories
        .get(pc)
        .filter(([at]) => at >= since)
        .map(([at, what]) => `${at - since} ${what}`),
      local: agreed(pc.currentLocalDescription),
      remote: agreed(pc.currentRemoteDescription),
    };
  }

  function connected(peer) {
    const pc = pcOf(peer);
    return (
      signalingManager.callState(peer) === "connected" &&
      pc?.connectionState === "connected" &&
      pc.signalingState === "stable"
    );
  }

  function isClear() {
    const tracks = signalingManager.localStream?.getTracks() ?? [];
    return (
      signalingManager.peerConnections.size === 0 &&
      !document.querySelector("[data-element-id][data-stream-id]") &&
      tracks.every(({ readyState }) => readyState === "ended")
    );
  }

  async function framesDecoded(pc) {
    let frames = 0;
    for (const report of (await pc.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.kind === "video") frames += report.framesDecoded;
    }
    return frames;
  }

  /** The pairs of one ICE generation, and the one that media goes over. */
  async function pairs(pc) {
    const stats = await pc.getStats();
    const reports = [...stats.values()];
    const used = reports.find(({ type }) => type === "transport")?.selectedCandidatePairId;
    const [here, there] = [ufrag(pc.currentLocalDescription), ufrag(pc.currentRemoteDescription)];
    return reports
      .filter(({ type }) => type === "candidate-pair")
      .map(({ id, state, localCandidateId, remoteCandidateId }) => {
        const [local, remote] = [stats.get(localCandidateId), stats.get(remoteCandidateId)];
        const present = local?.usernameFragment === here && remote?.usernameFragment === there;
        return { state, used: id === used, present };
      })
      .filter(({ used, present }) => used || present);
  }

  /** Wait for moving picture from the other side. */
  async function decodes(peer, ms) {
    const pc = pcOf(peer);
    const before = await framesDecoded(pc);
    return until(async () => (await framesDecoded(pc)) >= before + 2, ms);
  }

  // --- changes that call for a renegotiation ------------------------------------------------------

  let extra = null;
  let swapped = null;

  const audioOf = (pc) => pc.getTransceivers().find(({ receiver }) => receiver.track.kind === "audio");
  const videoOf = (pc) => pc.getTransceivers().find(({ receiver }) => receiver.track.kind === "video");

  const changes = {
    "": () => {},
    restart: (pc) => pc.restartIce(),
    add: (pc) => (extra = pc.addTransceiver("audio")),
    stop: () => extra.stop(),
    hold: (pc) => (audioOf(pc).direction = "recvonly"),
    unhold: (pc) => (audioOf(pc).direction = "sendrecv"),
    swap: (pc) => {
      const { sender } = videoOf(pc);
      const { track } = sender;
      swapped = track && { sender, track, copy: track.clone() };
      if (swapped) sender.replaceTrack(swapped.copy);
      pc.restartIce();
    },
  };

  async function swapBack() {
    if (!swapped) return;
    const { sender, track, copy } = swapped;
    swapped = null;
    await sender.replaceTrack(track);
    copy.stop();
  }

  const sends = (direction) => direction === "sendrecv" || direction === "sendonly";

  /** Whether what this side wants has been agreed; the other side is always ready to receive. */
  function hasItsWay(pc) {
    return pc.getTransceivers().every(({ mid, direction, currentDirection }) => {
      if (direction === "stopped") return currentDirection === "stopped";
      return mid !== null && sends(direction) === sends(currentDirection);
    });
  }

  // --- tasks -----------------------------------------------------------------------------------------

  const tasks = {
    /** Call at a given moment, until it is up. */
    async call(peer, at, ms) {
      await moment(at);
      const before = made.length;
      const started = performance.now();
      signalingManager.startCall(peer);
      const ok = await until(() => connected(peer), ms);
      const elapsed = performance.now() - started;
      const crossed = made.length > before + 1; // the one that gave way began anew
      return { ok, ms: elapsed, crossed, ...account(peer, Math.floor(at)) };
    },

    /** Wait until a call is up. */
    async up(peer, ms) {
      const ok = await until(() => connected(peer), ms);
      return { ok, ...account(peer) };
    },

    /** Hang up, where told to, and wait until nothing of the call is left. */
    async clear(peer, hangUp, ms) {
      if (hangUp) signalingManager.endCall(peer);
      const ok = await until(isClear, ms);
      return { ok, ...account(peer) };
    },

    /** Change something at a given moment, until it is agreed and picture still comes. */
    async change(peer, what, at, ms) {
      const pc = pcOf(peer);
      const before = ufrag(pc.currentLocalDescription);
      const restarts = what === "restart" || what === "swap";
      await moment(at);
      const started = performance.now();
      changes[what](pc);
      const settled = await until(async () => {
        if (!connected(peer) || pcOf(peer) !== pc || !hasItsWay(pc)) return false;
        return !restarts || ufrag(pc.currentLocalDescription) !== before;
      }, ms);
      const elapsed = performance.now() - started;
      const picture = await decodes(peer, ms);
      await swapBack();
      const ok = settled && picture;
      const now = account(peer, Math.floor(at));
      const crossed = /(\d+) stable [^,]*,\1 have-remote-offer/.test(now.history?.join());
      return { ok, settled, picture, ms: elapsed, crossed, ...now };
    },

    /** How it is now. */
    account: (peer, since) => account(peer, since),

    /** How the present ICE generation does, once it works, or after a while. */
    async ice(peer, ms) {
      const pc = pcOf(peer);
      const works = async () => (await pairs(pc)).some(({ present, state }) => present && state === "succeeded");
      return { ok: await until(works, ms), pairs: await pairs(pc), ...account(peer) };
    },

    decodes,
  };

  let task = null;

  return {
    begin([name, ...args]) {
      task = Promise.resolve(tasks[name](...args));
    },
    end: () => task,
    /** Peer connections that have not been collected. */
    alive() {
      gc();
      return made.filter((reference) => reference.deref()).length;
    },
  };
})();
