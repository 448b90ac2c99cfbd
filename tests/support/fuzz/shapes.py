"""Structure-aware generation: values of a struct's types, at and just beyond their limits."""

from random import Random
from typing import Any

from msgspec import inspect

NAMES = ("", "s", "session", "a" * 64, "a" * 65, "x\n", "é", "../x", "peer-1")
UUID = "00000000-0000-4000-8000-00000000000a"
SOURCES = ("https://example.org/p.png", "http://x", "javascript:x", "data:image/png;base64,AAAA")
TEXTS = ("", "x", "\u202eabc", "\x00", "<b>", "🙂" * 3, "\ud83d")
STRINGS = (*NAMES, *TEXTS, *SOURCES, UUID, "peer-" + UUID)
NUMBERS = (0, 1, -1, 2**31, 2**53 - 1, 2**53, 2**63, 2**64, -(2**63) - 1, 10**24)
FLOATS = (0.0, -0.0, 1.5, 1e7, 1e7 + 1, -1e300, 5e-324, 1e21)
DEEPEST = 6


def any_of(chance: Random, depth: int = 0) -> object:
    """Return any JSON."""
    kind = int(chance.random() * (8 if depth < DEEPEST else 6))
    match kind:
        case 0:
            return None
        case 1:
            return chance.random() < 0.5
        case 2:
            return chance.choice(NUMBERS)
        case 3:
            return chance.choice(FLOATS)
        case 6:
            return [any_of(chance, depth + 1) for _ in range(int(chance.random() * 4))]
        case 7:
            return {
                chance.choice(STRINGS): any_of(chance, depth + 1)
                for _ in range(int(chance.random() * 4))
            }
        case _:
            return chance.choice(STRINGS)


def value_of(kind: inspect.Type, chance: Random, wrong: float = 0.0) -> Any:
    """Return JSON of a type; with a chance of `wrong` each part of it is of any other."""
    if wrong and chance.random() < wrong:
        return any_of(chance)
    match kind:
        case inspect.StructType():
            return _struct(kind, chance, wrong)
        case inspect.UnionType():
            return value_of(chance.choice(kind.types), chance, wrong)
        case inspect.Metadata():
            return value_of(kind.type, chance, wrong)
        case inspect.VarTupleType() | inspect.ListType():
            count = min(kind.max_length or 4, int(chance.random() * 4))
            return [value_of(kind.item_type, chance, wrong) for _ in range(count)]
        case inspect.TupleType():
            return [value_of(one, chance, wrong) for one in kind.item_types]
        case inspect.DictType():
            return {
                value_of(kind.key_type, chance): value_of(kind.value_type, chance, wrong)
                for _ in range(int(chance.random() * 3))
            }
        case _:
            return _plain(kind, chance)


def _plain(kind: inspect.Type, chance: Random) -> Any:
    match kind:
        case inspect.StrType():
            return _text(kind, chance)
        case inspect.IntType() | inspect.FloatType():
            return _number(kind, chance)
        case inspect.BoolType():
            return chance.random() < 0.5
        case inspect.LiteralType():
            return chance.choice(kind.values)
        case inspect.EnumType():
            return chance.choice([*kind.cls]).value
        case inspect.NoneType():
            return None
        case _:
            return any_of(chance)


def _struct(kind: inspect.StructType, chance: Random, wrong: float) -> dict[str, Any]:
    found: dict[str, Any] = {} if kind.tag is None else {str(kind.tag_field): kind.tag}
    for field in kind.fields:
        if field.required or chance.random() < 0.5:
            found[field.encode_name] = value_of(field.type, chance, wrong)
    return found


def _text(kind: inspect.StrType, chance: Random) -> str:
    if kind.pattern is not None:
        if "0-9a-f" in kind.pattern:
            return UUID
        if "https?" in kind.pattern:
            start = kind.pattern.rpartition("|")[2].rstrip(")")
            return chance.choice(("https://example.org/x", f"{start}png;base64,AAAA"))
        return chance.choice(("s", "a" * 64, f"peer-{UUID}"[:64]))
    most = kind.max_length or 40
    length = chance.choice((kind.min_length or 0, 3, min(most, 100), min(most, 100) + 1))
    return (chance.choice(("a", "é", "🙂", "ab\u202e")) * length)[: min(length, most)]


def _number(kind: inspect.IntType | inspect.FloatType, chance: Random) -> float:
    low = kind.ge if kind.ge is not None else -5
    high = kind.le if kind.le is not None else 1e6
    whole = isinstance(kind, inspect.IntType)
    middle = low + (high - low) * chance.random()
    return chance.choice((low, high, 1, int(middle) if whole else middle))
