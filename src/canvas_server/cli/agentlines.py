"""Lines of configuration with which programs give an AI agent a seat (docs/AGENTS.md)."""

import json
import shlex


def configuration(site: str, session: str, token: str) -> str:
    """Return what is pasted into the configuration of an MCP client: by HTTP, and by a command."""
    by_http = {
        "type": "http",
        "url": f"{site}/mcp",
        "headers": {"Authorization": f"Bearer {token}"},
    }
    arguments = ["mcp", "--session", session, "--url", site]
    by_command = {"command": "canvas-server", "args": arguments, "env": {"CANVAS_TOKEN": token}}
    return "\n".join(
        (
            "# for clients that reach servers over HTTP:",
            json.dumps({"mcpServers": {"canvas": by_http}}),
            "# for those that start a program:",
            json.dumps({"mcpServers": {"canvas": by_command}}),
            "# by hand, with the token in CANVAS_TOKEN:",
            shlex.join(["canvas-server", *arguments]),
        )
    )
