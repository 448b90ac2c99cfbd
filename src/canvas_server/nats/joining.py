"""Joining a cluster: makes everything that a node shares with the others."""

import base64
import secrets
import time

from msgspec import Struct

from canvas_server.auth.authority import Authority, authority_of
from canvas_server.auth.keys import Keys
from canvas_server.auth.resume import SignedIdentities
from canvas_server.cluster.membership import Cluster
from canvas_server.config.settings import Settings
from canvas_server.nats.backbone import NatsBackbone
from canvas_server.nats.broker import Broker
from canvas_server.nats.invitations import SharedInvitations
from canvas_server.nats.log import JetStreamLog
from canvas_server.node.ports import Backbone, BackboneFailure

RESUME_KEY = "key.resume"
"""In the registry; no session is called so."""


class ClusterParts(Struct, frozen=True):
    """What a node has of its cluster."""

    broker: Broker
    backbone: NatsBackbone
    cluster: Cluster
    log: JetStreamLog
    authority: Authority
    invitations: SharedInvitations

    async def probe(self) -> None:
        """See whether the registry takes changes, and the log can be read.

        Raises:
            BackboneFailure: they do not, as without a majority of the brokers.
        """
        await self.backbone.touch()
        await self.log.probe()

    async def close(self) -> None:
        """Store what was appended, then let go of everything."""
        await self.log.close()
        self.backbone.close()
        await self.broker.close()
        self.invitations.close()


async def join(settings: Settings) -> ClusterParts:
    """Join the cluster that settings name.

    Raises:
        BackboneFailure: it cannot be used.
    """
    broker = Broker(
        settings.cluster, f"canvas-server {settings.node_id}", settings.cluster_replicas
    )
    await broker.connect()
    try:
        backbone = NatsBackbone(broker)
        log = JetStreamLog(broker, settings.history_days, history_bytes=settings.history_bytes)
        await backbone.prepare()
        await log.prepare()
        invitations = SharedInvitations(broker, settings.data_dir, time.time())
        keys = Keys.of_secrets(settings.auth_secret)
        if settings.auth_secret:
            authority = authority_of(keys, invitations)
        else:
            key = await _common_key(backbone)
            authority = Authority(SignedIdentities(Keys(key)), invitations)
    except BaseException:
        await broker.close()
        raise
    cluster = Cluster(backbone, settings.node_id, log.fence)
    return ClusterParts(broker, backbone, cluster, log, authority, invitations)


async def _common_key(backbone: Backbone) -> bytes:
    """Return the key that all nodes sign with, made by the first of them."""
    fresh = base64.b64encode(secrets.token_bytes(32)).decode()
    for _ in range(3):
        found = await backbone.look(RESUME_KEY)
        if found is not None:
            return base64.b64decode(found.value)
        await backbone.swap(RESUME_KEY, fresh, 0)
    raise BackboneFailure("the cluster keeps no key")
