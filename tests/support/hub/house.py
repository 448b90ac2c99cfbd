"""A hub that asks for tokens, which tests can read: `role life invitation`, then what more it says."""

from typing import Any

import msgspec

from canvas_server.core.effects import Refusal
from canvas_server.core.presence.grants import Ancestor, Grant
from canvas_server.protocol import client, server
from canvas_server.protocol.bounds import ALL_SIGHTS, Bounds, Sight
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.roles import Role
from support.hub.hub import FEATURES, NOW, HubLab, make_hub


class Admission:
    """Tokens that can be read: role, seconds they live, invitation, `renew` or not, a name …"""

    def __init__(self) -> None:
        self.renewals = 0
        self.revoked: set[str] = set()
        self.bounds: dict[str, Bounds] = {}
        """Of agents, by invitation."""

    def admit(self, token: str | None, session_id: str, now: float) -> Grant:
        if token is None:
            raise Refusal(ErrorCode.UNAUTHORIZED)
        role, life, invitation, *more = token.split()
        if role == "nonsense":
            raise Refusal(ErrorCode.UNAUTHORIZED)
        expires = NOW + float(life)
        if expires <= now:
            raise Refusal(ErrorCode.TOKEN_EXPIRED)
        renew_at = NOW + float(life) / 2 if "renew" in more else None
        return Grant(
            Role(role),
            invitation,
            next((word[5:] for word in more if word.startswith("name=")), None),
            expires,
            renew_at,
            float(life),
            rename="rename" in more,
            user=next((word[5:] for word in more if word.startswith("user=")), None),
            lineage=tuple(Ancestor(word[3:]) for word in more if word.startswith("by=")),
            bounds=self.bounds.get(
                invitation,
                Bounds(
                    mode="propose" if "propose" in more else "edit",
                    sees=(Sight.SCENE,) if "deaf" in more else ALL_SIGHTS,
                ),
            ),
        )

    def renew(self, grant: Grant, session_id: str, now: float) -> tuple[str, Grant]:
        if grant.invitation in self.revoked:
            raise Refusal(ErrorCode.UNAUTHORIZED)
        self.renewals += 1
        expires = now + grant.life
        again = msgspec.structs.replace(grant, expires=expires, renew_at=now + grant.life / 2)
        return f"another {self.renewals}", again


class House(HubLab):
    """A hub that asks for tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.admission = Admission()
        features = (*FEATURES, "session_settings", "waiting_room", "mute")
        self.hub = make_hub(self.memory, admission=self.admission, features=features)

    def come(self, token: str | None, **more: Any) -> tuple[Any, str]:
        connection = self.connect()
        self.say(connection, client.Subscribe("s", token=token, **more))
        assigned = self.heard(connection, server.PeerAssigned)
        return connection, assigned[-1].peer_id if assigned else ""

    def codes(self) -> list[CloseCode]:
        return [close.code for close in self.closes]
