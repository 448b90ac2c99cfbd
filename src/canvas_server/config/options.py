"""Command line options and the README's table, made from the table of settings."""

from collections.abc import Callable
from typing import Any

import click

from canvas_server.config.setting import Setting
from canvas_server.config.settings import SETTINGS


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a click command an option for each setting."""
    return with_settings_of(*(setting.field for setting in SETTINGS))(command)


def with_settings_of(*fields: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a click command the options of some settings."""

    def give(command: Callable[..., Any]) -> Callable[..., Any]:
        for setting in reversed(SETTINGS):
            if setting.field in fields:
                command = _option(setting)(command)
        return command

    return give


def _option(setting: Setting) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        setting.flag,
        setting.field,
        envvar=setting.variable,
        type=None if setting.kind is bool else setting.kind,
        is_flag=setting.kind is bool,
        default=setting.default,
        show_default=setting.default_text or (setting.default is not None),
        show_envvar=True,
        help=setting.help,
    )


def settings_table() -> str:
    """Return the table of the README."""
    rows = ["| flag | variable | default | |", "|---|---|---|---|"]
    for setting in SETTINGS:
        default = setting.default_text or {"None": "none", "False": "off", "True": "on"}.get(
            str(setting.default), str(setting.default)
        )
        rows.append(f"| `{setting.flag}` | `{setting.variable}` | {default} | {setting.help} |")
    return "\n".join(rows)
