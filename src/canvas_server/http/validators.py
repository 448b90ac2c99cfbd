"""Validators of what is answered (RFC 9110 section 8.8): entity tags, and conditions on them.

A scene is named by its revision and the time of its latest change. Its number alone would not do:
after an older state was restored, as from a backup or a copy of the file, numbers come again
(docs/adr/0032).
"""

import hashlib
import re

from starlette.datastructures import Headers

from canvas_server.http.grammar import EntityTags, entity_tags, joined
from canvas_server.node.ports import History
from canvas_server.protocol.scene import SceneDocument, SceneVersion

_SCENE_TAG = re.compile(r"([0-9]{1,16})(?:-([0-9]{1,16}))?")
TAG_CHARACTERS = 32
"""Of the hash of a content, in its entity tag."""
NO_SCENE = SceneVersion(-1)
"""What no scene ever is."""


def content_tag(content: bytes) -> str:
    """Return the entity tag of bytes that are served as they are, without its quotes."""
    return hashlib.sha256(content).hexdigest()[:TAG_CHARACTERS]


def scene_tag(scene: SceneDocument) -> str:
    """Return the entity tag of a scene, without its quotes."""
    return f"{scene.revision}-{scene.timestamp}"


def history_tag(history: History) -> str:
    """Return the entity tag of a part of a history; its latest entry says of which past it is."""
    at = history.entries[0].timestamp if history.entries else 0
    return f"{history.first_revision}-{history.revision}-{at}"


def is_known(headers: Headers, tag: str) -> bool:
    """Tell whether `If-None-Match` says that the asker has what a tag names."""
    tags = _tags(headers, b"if-none-match")
    return tags is not None and tags.match(tag, weak=True)


def is_same(headers: Headers, tag: str) -> bool:
    """Tell whether a `Range` is wanted of what a tag names (`If-Range`, section 13.1.5).

    A date does not do: no answer has one.
    """
    condition = joined(headers.raw, b"if-range")
    return condition is None or condition.strip(" \t") == f'"{tag}"'


def expected_version(headers: Headers) -> SceneVersion | None:
    """Return what `If-Match` says that a scene has to be; None: anything.

    Of one tag, in which a bare revision, as it may be written by hand, is of any time.
    """
    tags = _tags(headers, b"if-match")
    if tags is None or tags.is_any:
        return None
    found = [_SCENE_TAG.fullmatch(tag) for tag in tags.strong]
    if len(found) != 1 or found[0] is None:
        return NO_SCENE
    revision, timestamp = found[0].groups()
    return SceneVersion(int(revision), None if timestamp is None else int(timestamp))


def _tags(headers: Headers, name: bytes) -> EntityTags | None:
    return entity_tags(joined(headers.raw, name))
