"""Two canvas-servers that know nothing of each other but an agent id, and a daemon for each."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.doubles.x0xd import Daemon, two_daemons
from support.servers.server import RawSocket, Server, eventually

SECRET = "what only these two servers know, and nobody else"
SDP = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"


class FederatedServer:
    """One of the two servers."""

    def __init__(self, folder: Path, name: str, daemon: Daemon) -> None:
        self.folder, self.name, self.daemon = folder / name, name, daemon
        self.env = {"CANVAS_X0X_URL": str(daemon.data), "CANVAS_NODE_ID": name}
        self.server: Server
        self.guests: list[GuestSocket] = []

    def start(self, *args: str) -> None:
        self.server = Server(self.folder, *args, env=self.env)

    def kill(self) -> None:
        """End the server as `kill -9` does."""
        self.server.process.kill()
        self.server.process.wait(10)
        self.server.close()

    def relay(self) -> dict[str, Any]:
        """Return what `/api/communitas` says of the relay."""
        status, body = self.server.get("/api/communitas")
        assert status == 200, body
        return json.loads(body)["relay"]

    def is_joined(self) -> bool:
        return any(server["state"] == "connected" for server in self.relay()["servers"])

    def scene(self, session_id: str = "s") -> dict[str, Any]:
        """Return the scene as this server has it."""
        scene = json.loads(self.server.get(f"/api/scene/{session_id}")[1])["scene"]
        return {name: scene[name] for name in ("revision", "elements")}


def know_each_other(sites: tuple[FederatedServer, FederatedServer]) -> None:
    """Say in the settings of both who the other one is."""
    for here, there in (sites, sites[::-1]):
        here.env |= {"CANVAS_RELAY_PEERS": there.daemon.agent_id, "CANVAS_RELAY_SECRET": SECRET}


@contextlib.contextmanager
def two_sites(
    folder: Path, kind: str, *, paired: bool = True
) -> Iterator[tuple[FederatedServer, FederatedServer]]:
    """Run two servers, over doubles of x0xd or the real one."""
    with two_daemons(folder, kind) as daemons:
        sites = (
            FederatedServer(folder, "North", daemons[0]),
            FederatedServer(folder, "South", daemons[1]),
        )
        if paired:
            know_each_other(sites)
        for site in sites:
            site.start()
        try:
            if paired:
                for site in sites:
                    eventually(site.is_joined, f"{site.name} is joined")
            yield sites
        finally:
            for site in sites:
                for guest in site.guests:
                    guest.close()
                site.server.close()


class GuestSocket(RawSocket):
    """Somebody in the session, who can wait for what others do."""

    def __init__(self, site: FederatedServer, name: str, session_id: str = "s") -> None:
        super().__init__(site.server)
        site.guests.append(self)
        self.socket.settimeout(45)
        self.acked: set[str] = set()
        self.peer_id = self.join(session_id, display_name=name)

    def receive(self) -> dict[str, Any]:
        """Return the next message; remember what is acked."""
        message = super().receive()
        if message["type"] == "ack":
            self.acked.add(message["message_id"])
        return message

    def wait_acked(self, *names: str) -> None:
        """Read until these edits are acked."""
        while not self.acked >= set(names):
            self.receive()

    def wait_for(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Read up to a message with these fields; those of `peer` are looked up in it."""
        while True:
            message = self.until(kind)
            peer = message.get("peer", {})
            if all(message.get(key, peer.get(key)) == value for key, value in fields.items()):
                return message

    def add(self, name: str) -> None:
        """Add a text."""
        kind = {"type": "Text", "content": name, "font_size": 12, "color": "#000000"}
        element = {"id": name, "kind": kind}
        self.send({"type": "add_element", "element": element, "message_id": name})


def same_scene(sites: tuple[FederatedServer, FederatedServer], *names: str) -> dict[str, Any]:
    """Wait until both servers have the same scene, with these elements at least."""

    def same() -> dict[str, Any] | None:
        north, south = (site.scene() for site in sites)
        there = {element["id"] for element in north["elements"]}
        return north if north == south and there >= set(names) else None

    return eventually(same, f"both have the same scene, with {names}")
