"""What axe-core (WCAG 2.2, levels A and AA) finds wrong in a window."""

from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT

from support.browsers.window import Window

EVERYTHING = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""What another theme may change."""
THEMES: tuple[tuple[Literal["light", "dark"], dict[str, Any]], ...] = (
    ("light", EVERYTHING),
    ("dark", OF_COLOURS),
)

RUN = """async runOnly => {
  const {violations} = await axe.run(document, {
    runOnly,
    resultTypes: ['violations'],
  });
  return violations.map(({id, impact, help, nodes}) => ({
    id, impact, help, where: nodes.slice(0, 5).map(node => `${node.target}: ${node.any
        .map(check => check.message).join(' ')}`),
  }));
}"""


def accessible(window: Window, state: str) -> None:
    """Check that axe finds nothing serious, in the light and in the dark theme."""
    page = window.page
    for theme, rules in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        found: list[dict[str, Any]] = page.evaluate(RUN, rules)
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        assert serious == [], f"{state}, {theme}: {serious}"
