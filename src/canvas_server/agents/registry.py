"""Tools as data: name, description, arguments, what they may do, and what performs them."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from msgspec import Struct

from canvas_server.agents.errors import ToolError
from canvas_server.agents.quoting import quoted
from canvas_server.agents.seat import Seat


class ToolAnswer(Struct, frozen=True):
    """What a tool answers."""

    text: str
    """In words of this server."""
    people: tuple[dict[str, Any], ...] = ()
    """What people have written, as data with who wrote it."""
    picture: bytes | None = None
    """A PNG."""
    link: str | None = None

    @property
    def texts(self) -> list[str]:
        """The parts in words: ours, then theirs under a heading that says so."""
        theirs = quoted(self.people)
        return [self.text, theirs] if theirs else [self.text]


class NoArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """A tool that takes none."""


Perform = Callable[[Seat, Any], Awaitable[ToolAnswer]]


class Tool(Struct, frozen=True, kw_only=True):
    """Something that an agent can do."""

    name: str
    title: str
    description: str
    perform: Perform
    arguments: type[Struct] = NoArguments
    read_only: bool = False
    """It changes nothing that others see."""
    destructive: bool = False
    """What it removes or changes may be of others."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its arguments, an object at its root (MCP, tools)."""
        found, parts = msgspec.json.schema_components(
            (self.arguments,), ref_template="#/$defs/{name}"
        )
        (root,) = found
        name = root["$ref"].rpartition("/")[2]
        schema = dict(parts.pop(name))
        schema.pop("title", None)
        schema.pop("description", None)
        return schema | ({"$defs": parts} if parts else {})

    def read(self, arguments: dict[str, Any] | None) -> Struct:
        """Return arguments as they were meant.

        Raises:
            ToolError: they are not what the schema says; the text names the place.
        """
        try:
            return msgspec.convert(arguments or {}, self.arguments)
        except (msgspec.ValidationError, ValueError, RecursionError, OverflowError) as error:
            raise ToolError(f"wrong arguments for `{self.name}`: {error}") from error
