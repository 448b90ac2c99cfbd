"""Drawer of charts: on a card, as the page draws them."""

from xml.etree.ElementTree import Element as Node

from canvas_server.export import chartlook
from canvas_server.export.budget import Budget
from canvas_server.export.charts import marks_of, normal_chart
from canvas_server.export.frame import frame
from canvas_server.export.shapes import card, node
from canvas_server.protocol.kinds import Chart
from canvas_server.protocol.scene import Transform

_PADDING = 14.0


def draw(group: Node, chart: Chart, at: Transform, budget: Budget) -> float:
    """Draw a chart, or a frame where there is nothing to draw; return how high it is."""
    normal = normal_chart(chart.chart_type, chart.data)
    name = f"{chart.chart_type.strip().capitalize()} chart"
    if normal is None or not budget.take_chart(marks_of(normal)):
        budget.missing.add("chart")
        return frame(group, "chart", name, at)
    node(group, "title", f"{name}: {normal.title}" if normal.title else name)
    card(group, at.x, at.y, at.width, at.height)
    pad = min(_PADDING, at.width / 8, at.height / 8)
    inner = (at.x + pad, at.y + pad, at.width - 2 * pad, at.height - 2 * pad)
    if min(inner[2:]) >= 1:
        chartlook.draw(group, normal, *inner)
    return at.height
