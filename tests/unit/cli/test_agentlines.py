"""Lines that give an AI agent a seat."""

import json

from canvas_server.cli.agentlines import configuration


def test_each_way_in_has_its_line() -> None:
    lines = configuration("https://canvas.example.org", "team", "secret").splitlines()
    _, by_http, _, by_command, _, by_hand = lines
    there = json.loads(by_http)["mcpServers"]["canvas"]
    assert there["url"] == "https://canvas.example.org/mcp"
    assert there["headers"] == {"Authorization": "Bearer secret"}
    here = json.loads(by_command)["mcpServers"]["canvas"]
    assert here["env"] == {"CANVAS_TOKEN": "secret"}
    assert [here["command"], *here["args"]] == by_hand.split()
    assert "secret" not in by_hand, "others on a machine can read command lines"
