"""Write what follows from the message structs: JSON Schema, TypeScript types, limits, tables.

The keys of the page follow from its commands, which ``tools/keys.js`` reads with node.

``python tools/generate.py`` writes; with ``--check`` it only tells what is stale and exits 1.
"""

import json
import subprocess
import sys
from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

from browser import (
    HEADER,
    JsonSchema,
    browser_limits,
    browser_traits,
    members,
    reachable,
    tag_of,
)
from canvas_server.config.options import settings_table
from canvas_server.protocol import client, kinds, quality, scene, server
from canvas_server.protocol.audit import AuditEntry, AuditEvent
from canvas_server.protocol.client import ClientMessage, Operation
from canvas_server.protocol.diagnosis import Cause
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.kinds import Kind
from canvas_server.protocol.roles import Right, Role
from canvas_server.protocol.server import ServerMessage
from canvas_server.protocol.traits import RightRule
from icons import icon_sprite, icons_module
from reports import report_tables

ROOT = Path(__file__).resolve().parent.parent


def schema() -> tuple[JsonSchema, dict[str, JsonSchema]]:
    """Return the JSON Schema document and its definitions by struct name."""
    (client, server), definitions = msgspec.json.schema_components(
        [ClientMessage, ServerMessage], ref_template="#/$defs/{name}"
    )
    for struct in definitions.values():  # some Pythons, and some msgspecs, take indents away
        if "description" in struct:
            struct["description"] = cleandoc(struct["description"])
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": HEADER,
        "title": "canvas-server protocol",
        "$defs": {**definitions, "ClientMessage": client, "ServerMessage": server},
    }
    return document, definitions


# --- TypeScript --------------------------------------------------------------------------------

FOREIGN = {
    "Peer": {"display_name", "server", "user_id"},
    "PeerAssigned": {"bound_name"},
    "Error": {"message"},
    "ChatMessage": {"name", "text", "to_name", "user_id", "server"},
    "WaitingPeer": {"display_name", "user_id"},
}
"""Text by others that the page shows: of a type that is no string (`web/lib/foreign.js`)."""

FOREIGN_TYPE = """/** Text by somebody else: shown by way of lib/foreign.js, never as it is. */
export interface Foreign {
  readonly foreign: unique symbol;
}
"""


def ts_type(node: JsonSchema) -> str:
    """Return the TypeScript type of a JSON Schema node."""
    if "$ref" in node:
        return str(node["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in node:
        return " | ".join(ts_type(option) for option in node["anyOf"])
    if "enum" in node:
        return " | ".join(json.dumps(value) for value in node["enum"])
    if "const" in node:
        return json.dumps(node["const"])
    match node.get("type"):
        case "array" if "prefixItems" in node:
            return f"[{', '.join(ts_type(item) for item in node['prefixItems'])}]"
        case "array":
            inner = ts_type(node.get("items", {}))
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case "object":
            return "{ [name: string]: unknown }"
        case "integer" | "number":
            return "number"
        case "string" | "boolean" | "null" as name:
            return str(name)
        case _:
            return "unknown"


def ts_interface(name: str, node: JsonSchema, *, received: bool) -> str:
    """Return one interface; a field the server always sends is not optional."""
    if "properties" not in node:
        return f"export type {name} = {ts_type(node)};\n"
    required = set(node.get("required", ()))
    lines = [f"/** {node['description']} */"] if "description" in node else []
    lines.append(f"export interface {name} {{")
    for field, inner in node["properties"].items():
        note = description(inner)
        lines += [f"  /** {note} */"] if note else []
        optional = field not in required and not (received and always_sent(name))
        kind = ts_type(inner)
        if field in FOREIGN.get(name, ()):
            kind = kind.replace("string", "Foreign")
        lines.append(f"  {field}{'?' if optional else ''}: {kind};")
    return "\n".join([*lines, "}", ""])


def always_sent(name: str) -> bool:
    """Tell whether a struct is encoded with its defaults."""
    found = [s for s in STRUCTS if s.__name__ == name]
    return bool(found) and not found[0].__struct_config__.omit_defaults


def typescript(definitions: dict[str, JsonSchema]) -> str:
    """Return the declarations for the browser client."""
    sent = reachable(definitions, [s.__name__ for s in members(ClientMessage)])
    parts = [f"// {HEADER}\n", FOREIGN_TYPE]
    parts += [
        ts_interface(name, node, received=name not in sent) for name, node in definitions.items()
    ]
    for union_name, union in (("ClientMessage", ClientMessage), ("ServerMessage", ServerMessage)):
        names = "".join(f"\n  | {s.__name__}" for s in members(union))
        parts.append(f"export type {union_name} ={names};\n")
    return "\n".join(parts)


def all_structs() -> list[type[msgspec.Struct]]:
    """Return every struct of the protocol package."""
    found = [
        value
        for module in (kinds, scene, quality, client, server)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, msgspec.Struct)
    ]
    return list(dict.fromkeys(found))


STRUCTS = all_structs()


# --- Tables ------------------------------------------------------------------------------------


def description(node: JsonSchema) -> str:
    """Return the description of a field, looked up through its options."""
    if "description" in node:
        return str(node["description"])
    return next((d for option in node.get("anyOf", ()) if (d := description(option))), "")


def limits(node: JsonSchema) -> str:
    """Return the limits of a field in words."""
    words = {
        "minLength": "at least {} long",
        "maxLength": "at most {} long",
        "maxItems": "at most {}",
        "minimum": "≥ {}",
        "maximum": "≤ {}",
        "exclusiveMinimum": "> {}",
        "pattern": "`{}`",
    }
    own = [
        text.format(str(node[key]).removesuffix(r"(?!\n)").replace("|", "\\|"))
        for key, text in words.items()
        if key in node
    ]
    return ", ".join(own + [text for option in node.get("anyOf", ()) if (text := limits(option))])


def field_rows(node: JsonSchema, tag_field: str | None) -> list[str]:
    """Return a table row for each field."""
    required = set(node.get("required", ()))
    rows: list[str] = []
    for field, inner in node["properties"].items():
        if field == tag_field:
            continue
        mark = "" if field in required else "?"
        kind = ts_type(inner).replace("|", "\\|")
        default = inner.get("default")
        notes = [description(inner), limits(inner)]
        if mark and default is not None:
            notes.append(f"default `{json.dumps(default)}`")
        text = "; ".join(note.rstrip(".") for note in notes if note)
        rows.append(f"| `{field}{mark}` | `{kind}` | {text} |")
    return rows


def struct_table(struct: type[msgspec.Struct], definitions: dict[str, JsonSchema]) -> str:
    """Return the section of one message or kind."""
    node = definitions[struct.__name__]
    tag_field = struct.__struct_config__.tag_field
    title = tag_of(struct) if tag_field else struct.__name__
    rows = field_rows(node, tag_field)
    table = ["", "| field | type | |", "|---|---|---|", *rows] if rows else []
    text = cleandoc(node.get("description", ""))
    traits = traits_note(struct)
    return "\n".join([f"#### `{title}`", "", text, *(["", traits] if traits else []), *table, ""])


def traits_note(struct: type[msgspec.Struct]) -> str:
    """Return a sentence about the traits of a message that are not those of most."""
    for message, traits in client.TRAITS.items():
        if message is struct and traits.right is not None:
            rule = traits.right
            right = rule.meaning if isinstance(rule, RightRule) else f"`{rule}`"
            return f"Takes the right {right}."
    for message, traits in server.TRAITS.items():
        if message is struct and traits.delivery == "droppable":
            return "A slow reader may miss it."
    return ""


def tables(definitions: dict[str, JsonSchema]) -> dict[str, str]:
    """Return the generated parts of docs/PROTOCOL.md by marker name."""

    def sections(union: object) -> str:
        return "\n".join(struct_table(s, definitions) for s in members(union))

    used = {s.__name__ for u in (ClientMessage, ServerMessage, Kind, Operation) for s in members(u)}
    shapes = [s for s in STRUCTS if s.__name__ in definitions and s.__name__ not in used]
    return {
        "client": sections(ClientMessage),
        "operations": sections(Operation),
        "server": sections(ServerMessage),
        "kinds": sections(Kind),
        "shapes": "\n".join(struct_table(s, definitions) for s in shapes),
        "errors": "\n".join(
            ["| code | meaning | |", "|---|---|---|"]
            + [
                f"| `{e}` | {e.meaning} | {'try again later' if e.passing else 'final'} |"
                for e in ErrorCode
            ]
        ),
        "causes": "\n".join(
            ["| cause | meaning |", "|---|---|", *(f"| `{c}` | {c.meaning} |" for c in Cause)]
        ),
        "roles": "\n".join(
            ["| role | rights | |", "|---|---|---|"]
            + [f"| `{r}` | {', '.join(sorted(r.rights)) or 'none'} | {r.meaning} |" for r in Role]
        ),
        "rights": "\n".join(
            ["| right | |", "|---|---|", *(f"| `{r}` | {r.meaning} |" for r in Right)]
        ),
        "closes": "\n".join(
            ["| code | reason |", "|---|---|", *(f"| {c.value} | {c.meaning} |" for c in CloseCode)]
        ),
    }


def filled(text: str, parts: dict[str, str]) -> str:
    """Return a page with the parts between its ``<!-- generated: x -->`` markers replaced."""
    for name, part in parts.items():
        start, end = f"<!-- generated: {name} -->", f"<!-- end: {name} -->"
        if start not in text or end not in text:
            raise SystemExit(f"the markers of {name!r} are missing")
        head, rest = text.split(start, 1)
        tail = rest.split(end, 1)[1]
        text = f"{head}{start}\n{part.strip()}\n{end}{tail}"
    return text


def audit_tables() -> dict[str, str]:
    """Return the tables of the audit log: its events, and the fields of a line."""
    schema: dict[str, Any] = msgspec.json.schema(AuditEntry)["$defs"]["AuditEntry"]["properties"]
    fields = [name for name in schema if name != "event"]
    return {
        "audit": "\n".join(
            ["| event | |", "|---|---|", *(f"| `{e}` | {e.meaning} |" for e in AuditEvent)]
        ),
        "audit-fields": ", ".join(f"`{name}`" for name in fields) + ".",
    }


def keys_table() -> str:
    """Return the table of what the keys of the page do."""
    command = ["node", str(ROOT / "tools" / "keys.js")]
    try:
        ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    except FileNotFoundError:
        raise SystemExit("node is needed to read the commands of the page") from None
    if ran.returncode:
        raise SystemExit(f"tools/keys.js failed:\n{ran.stderr}")
    return ran.stdout


def outputs() -> dict[Path, str]:
    """Return every generated file with what it must hold."""
    document, definitions = schema()
    protocol_page = ROOT / "docs" / "PROTOCOL.md"
    settings_page = ROOT / "docs" / "SETTINGS.md"
    keys_page = ROOT / "docs" / "KEYS.md"
    audit_page = ROOT / "docs" / "AUDIT.md"
    reports_page = ROOT / "docs" / "REPORTS.md"
    page = ROOT / "web" / "index.html"
    icons = ROOT / "web" / "icons.svg"
    return {
        ROOT / "docs" / "protocol.schema.json": json.dumps(document, indent=2) + "\n",
        ROOT / "web" / "types" / "messages.d.ts": typescript(definitions),
        ROOT / "web" / "types" / "limits.js": browser_limits(definitions),
        ROOT / "web" / "types" / "traits.js": browser_traits(),
        ROOT / "src" / "canvas_server" / "export" / "icons.py": icons_module(icons),
        page: filled(page.read_text("utf-8"), {"icons": icon_sprite(icons)}),
        protocol_page: filled(protocol_page.read_text("utf-8"), tables(definitions)),
        settings_page: filled(settings_page.read_text("utf-8"), {"settings": settings_table()}),
        audit_page: filled(audit_page.read_text("utf-8"), audit_tables()),
        reports_page: filled(reports_page.read_text("utf-8"), report_tables()),
        keys_page: filled(keys_page.read_text("utf-8"), {"keys": keys_table()}),
    }


def main() -> None:
    """Write or check the generated files."""
    wanted = outputs()
    stale = [
        path
        for path, text in wanted.items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"stale: {path.relative_to(ROOT)}; run `make generate`")
        raise SystemExit(1 if stale else 0)
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], "utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
