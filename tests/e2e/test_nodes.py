"""Windows on different nodes of a cluster, and the calls that outlive each of the nodes."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.browsers.watch import call, excuse_sockets, picture_moves
from support.browsers.window import Open, Window
from support.networks.proxy import Proxy
from support.servers.nats import ClusterOfNodes, cluster_of_nodes
from support.servers.server import Server, post

ROUNDS = 3


class Balancer:
    """A way to the nodes that sends a window to one that lives, as the proxy before a cluster."""

    def __init__(self, stack: ExitStack, node: Server) -> None:
        self.node = node
        self.way = stack.enter_context(Proxy(node.port))

    def lead_to(self, node: Server) -> None:
        """Send whoever connects from now on to another node."""
        self.node, self.way.target_port = node, node.port


@pytest.fixture
def town(tmp_path: Path) -> Iterator[ClusterOfNodes]:
    with cluster_of_nodes(tmp_path) as town:
        yield town


def rounds(kills: int) -> int:
    """How often: `--kills 50` of who has the time, else a few times."""
    return kills if kills > 12 else ROUNDS


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_a_call_lives_on_whichever_node_ends(
    open_window: Open, town: ClusterOfNodes, kills: int, how: str
) -> None:
    """A node of the call, its home or not, ends with its sockets; another one takes its place."""
    chance = random.Random(how)
    with ExitStack() as stack:
        nodes = [town.node(), town.node()]
        ways = [Balancer(stack, node) for node in nodes]
        ada = open_window("red", "nodes", "name=Ada", at=ways[0].way)
        bob = open_window("green", "nodes", "name=Bob", at=ways[1].way)
        watches = call(ada, bob)
        ids = ada.peer_id, bob.peer_id
        for number in range(rounds(kills)):
            ends = nodes.pop(chance.randrange(2))
            nodes.append(town.node())
            for balancer in ways:
                if balancer.node is ends:
                    balancer.lead_to(nodes[0])
            if how == "killed":
                ends.process.kill()
                ends.process.wait(10)
            else:
                assert ends.stop() == 0
            for window, other in ((ada, bob), (bob, ada)):
                come_back(window)
                window.wait_entry(other, "connected")
            for watch in watches:
                watch.untouched()
                assert watch.stayed_in_list
            edit(nodes[1], "nodes", f"text-{number}", ada, bob)
            ways[number % 2].lead_to(nodes[1])
        assert (ada.peer_id, bob.peer_id) == ids
        bob.press("hangup", ada)
        ada.wait_clear()
        excuse_sockets(ada, bob)


@pytest.mark.nightly
def test_a_node_cut_off_from_the_broker_and_back(open_window: Open, town: ClusterOfNodes) -> None:
    """Those on it go on; the call across it does; nothing acked is lost, and all is well again."""
    with Proxy(town.broker.port) as link:
        near = town.node()
        far = town.node("--cluster", f"nats://127.0.0.1:{link.port}")
        ada = open_window("red", "cut", "name=Ada", at=near)
        bob = open_window("green", "cut", "name=Bob", at=far)
        watches = call(ada, bob)
        link.refuse()
        link.stall()
        ada.wait_entry(bob, "away")
        for watch in watches:
            picture_moves(watch.window, watch.peer_id)
        link.accept()
        link.reset()
        link.flow()
        ada.wait_entry(bob, "connected")
        come_back(bob)
        for watch in watches:
            watch.untouched()
        edit(near, "cut", "healed", ada, bob)
        excuse_sockets(ada, bob)


def come_back(window: Window) -> None:
    """Wait until a window is connected, however it was sent away."""
    window.wake()
    window.wait_connection("open")


def edit(node: Server, session_id: str, name: str, *windows: Window) -> None:
    """Put a text on the canvas by way of a node, and wait until windows show it."""
    kind = {"type": "Text", "content": name, "font_size": 20, "color": "#000000"}
    status, _, answer = post(node, {"session_id": session_id, "add": [{"id": name, "kind": kind}]})
    assert status == 200, answer
    for window in windows:
        window.page.locator(f'[data-element-id="{name}"]').wait_for(state="attached")
