/** A peer without calls that sends and counts numbered messages, through the client's own connection. */
globalThis.numbers = (() => {
  const TURN_MS = 5;
  const MOST_A_TURN = 3;
  const MOST_WHILE_AWAY = 100;
  const MOST_FAULTS = 20;

  /** @type {import("/protocol.js").CanvasConnection} */
  let connection;
  let sending = null;
  let sentWhileAway = 0;
  let leftAt = 0;
  /** The latest socket, and how many there were since the connection was left. */
  let socket = null;
  let attempts = 0;
  const count = { sent: 0, came: 0, left: 0, recovered: 0, lost: 0, away: [], faults: [] };

  globalThis.WebSocket = new Proxy(WebSocket, {
    construct(native, args, target) {
      attempts += 1;
      socket = Reflect.construct(native, args, target);
      return socket;
    },
  });

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  function fault(text) {
    if (count.faults.length < MOST_FAULTS) count.faults.push(text);
  }

  function take({ candidate }) {
    const number = Number.parseInt(candidate, 10);
    if (number !== count.came) fault(`message ${count.came} came as ${number}`);
    count.came = number + 1;
  }

  function follow(state) {
    const now = performance.now();
    if (state === "open" && leftAt) count.away.push((now - leftAt) / 1000);
    if (state !== "open") {
      count.left += 1;
      leftAt = now;
      attempts = 0;
    }
    sentWhileAway = 0;
  }

  /** The network is back, so that the run need not wait for the client's growing patience. */
  function wake() {
    const tries = socket.readyState === WebSocket.CONNECTING || socket.readyState === WebSocket.OPEN;
    if (connection.state !== "open" && !tries) dispatchEvent(new Event("online"));
  }

  function assigned({ recovered }) {
    count[recovered ? "recovered" : "lost"] += 1;
    const seconds = ((performance.now() - leftAt) / 1000).toFixed(1);
    if (!recovered) fault(`not recovered after ${seconds} s, at attempt ${attempts}`);
  }

  function turn(target) {
    wake();
    for (let i = Math.random() * MOST_A_TURN; i >= 1; i--) {
      if (connection.state !== "open" && ++sentWhileAway > MOST_WHILE_AWAY) return;
      const padding = "x".repeat(Math.random() < 0.1 ? 1900 : 90);
      const candidate = `${count.sent++} ${padding}`;
      connection.send({ type: "ice_candidate", target_peer_id: target, candidate });
    }
  }

  return {
    async open(sessionId) {
      const { CanvasConnection } = await import("/protocol.js");
      const url = new URL("/ws", location.href.replace(/^http/, "ws"));
      connection = new CanvasConnection({ url, sessionId, displayName: "Numbers" });
      connection.open();
      while (connection.state !== "open") await pause(TURN_MS);
      connection.on("state", follow);
      connection.on("relay_ice_candidate", take);
      connection.on("peer_assigned", assigned);
      connection.on("error", ({ code }) => fault(`error ${code}`));
      return connection.peerId;
    },
    start(target) {
      sending = setInterval(turn, TURN_MS, target);
    },
    stop() {
      clearInterval(sending);
      sending = setInterval(wake, TURN_MS);
    },
    /** Wait until the connection has been left so often, and is back. */
    async back(left, ms) {
      const deadline = performance.now() + ms;
      while (count.left < left || connection.state !== "open") {
        if (performance.now() > deadline) return { ...count, back: false };
        await pause(1);
      }
      return { ...count, back: true };
    },
    count: () => count,
  };
})();
