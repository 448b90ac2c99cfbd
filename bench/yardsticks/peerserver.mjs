/** PeerServer as its package makes it; prints its address when it is ready. */

import { createServer } from "node:net";
import { PeerServer } from "peer";

const free = createServer();
free.listen(0, "127.0.0.1", () => {
  const { port } = free.address();
  free.close(() => {
    PeerServer({ host: "127.0.0.1", port, path: "/myapp", alive_timeout: 600_000 }, () => {
      console.log(`ready: http://127.0.0.1:${port}`);
    });
  });
});
