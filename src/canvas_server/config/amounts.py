"""Types of settings that are numbers of something: seconds, days, bytes, ports."""

import re
from typing import Any

import click
from click.core import ParameterSource

_UNITS = {
    "seconds": {"s": 1, "m": 60, "h": 3600, "d": 86_400},
    "days": {"d": 1, "w": 7, "y": 365},
    "bytes": {"k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4},
    "bytes of 1024": {"ki": 1024, "mi": 1024**2, "gi": 1024**3, "ti": 1024**4},
}
_WITH_UNIT = re.compile(r"([0-9]{1,12}) ?([A-Za-z]+)")


class Amount(click.IntRange):
    """A whole number of something; with a unit it is refused with the number to write."""

    def __init__(self, what: str, low: int, high: int | None = None) -> None:
        """Count `what`: `seconds`, `days`, `bytes`, or anything else, which has no units."""
        super().__init__(low, high)
        self._what = what

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Read the text."""
        try:
            int(value)
        except (TypeError, ValueError):
            self.fail(f"{value!r} is no whole number{self._hint(str(value))}", param, ctx)
        return super().convert(value, param, ctx)

    def _hint(self, text: str) -> str:
        found = _WITH_UNIT.fullmatch(text.strip())
        units = _UNITS.get(self._what, {})
        if self._what == "bytes":
            units = units | _UNITS["bytes of 1024"]
        unit = found[2].lower() if found else ""
        for name in (unit, unit.removesuffix("b"), unit[:1] if self._what != "bytes" else ""):
            if found and name in units:
                return f" of {self._what}: write {int(found[1]) * units[name]}"
        return f" of {self._what}" if units else ""


def is_service_link(value: object) -> bool:
    """Tell whether a value is what Kubernetes sets for a service: `tcp://10.43.0.7:9473`."""
    return isinstance(value, str) and value.startswith(("tcp://", "udp://"))


class Port(Amount):
    """A port; Kubernetes writes addresses of services into variables of such names."""

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Read the text; an address that Kubernetes has set counts as nothing."""
        if ctx is not None and param is not None and is_service_link(value):
            source = ctx.get_parameter_source(param.name)
            if source is not ParameterSource.COMMANDLINE:
                return param.default
        return super().convert(value, param, ctx)


PORT = Port("ports", 0, 65535)
SECONDS = Amount("seconds", 0)
DAYS = Amount("days", 0)
BYTES = Amount("bytes", 1)
COUNT = Amount("things", 1)
