"""Authority of a server: the tokens, keys and lists that decide who may come in."""

import time
from pathlib import Path

from msgspec import Struct

from canvas_server.auth.admin import AdminTokens
from canvas_server.auth.invitations import Invitations
from canvas_server.auth.join import JoinTokens
from canvas_server.auth.keys import Keys, load_key
from canvas_server.auth.resume import SignedIdentities
from canvas_server.auth.shortlinks import ShortLinks


class Authority(Struct, frozen=True):
    """The tokens of a server. Without secrets nobody is asked for one."""

    identities: SignedIdentities
    invitations: Invitations
    join: JoinTokens | None = None
    admins: AdminTokens | None = None
    short_links: ShortLinks | None = None


def open_authority(secrets: tuple[str, ...], data_dir: Path) -> Authority:
    """Take up what is in the data folder.

    Raises:
        OSError: it cannot be used.
    """
    if not secrets:
        keys = Keys(load_key(data_dir))
        return Authority(SignedIdentities(keys), Invitations(None, time.time()))
    return authority_of(Keys.of_secrets(secrets), Invitations(data_dir, time.time()))


def authority_of(keys: Keys, invitations: Invitations) -> Authority:
    """Return the tokens that are signed with keys, of what is listed as given out."""
    join = JoinTokens(keys, invitations.is_revoked)
    short_links = ShortLinks(keys, invitations, join)
    return Authority(SignedIdentities(keys), invitations, join, AdminTokens(keys), short_links)
