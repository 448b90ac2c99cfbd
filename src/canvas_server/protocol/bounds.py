"""Bounds of an agent: what its token lets it do and see, beside the rights of its role (AGT1)."""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from canvas_server.protocol.fields import Coordinate, Count, DisplayName, Extent

MAX_CHOICES = 8
MAX_CHOICE = 80
MAX_QUESTION = 500
MAX_STATUS = 120
MAX_PROPOSED = 500
"""Operations of one proposal."""

Mode = Literal["edit", "propose"]
"""`propose`: what it wants to change is shown, and somebody accepts or refuses it (AGT5)."""


class Sight(StrEnum):
    """Something of a session that an agent may be shown."""

    SCENE = "scene"
    CHAT = "chat"
    POINTERS = "pointers"
    SPEECH = "speech"


ALL_SIGHTS = tuple(Sight)


class Area(Struct, frozen=True):
    """A part of the canvas."""

    x: Coordinate
    y: Coordinate
    width: Extent
    height: Extent


BoundKinds = Annotated[
    tuple[Annotated[str, Meta(max_length=32)], ...] | None,
    Meta(description="Kinds of elements that it may add, change and remove."),
]
BoundRate = Annotated[
    Annotated[int, Meta(ge=1, le=100_000)] | None,
    Meta(description="Operations, added up over the last minute."),
]
BoundElements = Annotated[
    Annotated[int, Meta(ge=0, le=20_000)] | None,
    Meta(description="Elements on the canvas of which it is the author."),
]


class Bounds(Struct, frozen=True, omit_defaults=True):
    """What an agent may do; what is absent is not bounded beyond what everybody may."""

    kinds: BoundKinds = None
    area: Annotated[Area | None, Meta(description="Where; elements are wholly in it.")] = None
    edits_per_minute: BoundRate = None
    max_elements: BoundElements = None
    mode: Mode = "edit"
    sees: Annotated[tuple[Sight, ...], Meta(max_length=8)] = ALL_SIGHTS


class AgentState(Struct, frozen=True, omit_defaults=True):
    """What the others see of an agent beside what they see of everybody."""

    bounds: Bounds = Bounds()
    paused: Annotated[bool, Meta(description="Its edits are refused until somebody goes on.")] = (
        False
    )
    maker: Annotated[
        DisplayName | None, Meta(description="Who invited it, where somebody in the session did.")
    ] = None
    edits: Annotated[Count, Meta(description="Of its edits that `undo_agent` can take back.")] = 0


class About(Struct, frozen=True, omit_defaults=True):
    """What somebody had selected and where they pointed when they said something (AGT8)."""

    ids: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=100)] = ()
    x: Coordinate | None = None
    y: Coordinate | None = None
