"""The settings of a server that was told nothing."""

import click
from click.testing import CliRunner

from canvas_server.config.options import with_settings
from canvas_server.config.settings import SETTINGS, Settings


def parse(*args: str, env: dict[str, str] | None = None) -> Settings:
    """Return what flags and variables make of them."""
    found: list[Settings] = []

    @click.command()
    @with_settings
    def command(**values: object) -> None:
        found.append(Settings(**values))  # type: ignore[arg-type]

    clean: dict[str, str | None] = {setting.variable: None for setting in SETTINGS}
    result = CliRunner().invoke(command, args, env={**clean, **(env or {})})
    assert result.exit_code == 0, result.output
    return found[0]


def defaults() -> Settings:
    """Return them as they are."""
    return parse()
