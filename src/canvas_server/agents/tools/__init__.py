"""Tools of an agent, each with a module of its own or with its siblings."""

from canvas_server.agents.registry import Tool
from canvas_server.agents.tools.add import ADD
from canvas_server.agents.tools.asking import ASK, PROPOSE, UNDO
from canvas_server.agents.tools.changing import REMOVE, UPDATE
from canvas_server.agents.tools.charting import CHART
from canvas_server.agents.tools.describing import DESCRIBE
from canvas_server.agents.tools.guide import GUIDE
from canvas_server.agents.tools.look import EXPORT, LOOK
from canvas_server.agents.tools.past import HISTORY
from canvas_server.agents.tools.table import PEOPLE, POINT, SAY
from canvas_server.agents.tools.waiting import WAIT_FOR

_ALL = (GUIDE, DESCRIBE, LOOK, PEOPLE, ADD, UPDATE, REMOVE, CHART, SAY, POINT, WAIT_FOR)
_MORE = (ASK, PROPOSE, UNDO, HISTORY, EXPORT)
TOOLS: dict[str, Tool] = {tool.name: tool for tool in (*_ALL, *_MORE)}
"""All of them, by name, in the order in which a model reads them."""
