"""Two windows on one canvas: what a person does there, and what both show."""

from functools import cached_property

from playwright.sync_api import CDPSession, Locator

from support.browsers.conditions import until
from support.browsers.window import PATIENCE_MS, Window

PLACE = """id => {
  const node = document.querySelector(`[data-element-id="${id}"]`);
  if (!node) return null;
  const {transform, width, height, zIndex} = node.style;
  const [, x, y, turn] = /translate\\((.+)px, (.+)px\\)(?: rotate\\((.+)deg\\))?/.exec(transform);
  return [x, y, parseFloat(width), parseFloat(height), turn ?? 0, zIndex].map(Number);
}"""


class Desk:
    """Two windows on one canvas, and what is on it."""

    def __init__(self, ada: Window, bob: Window) -> None:
        self.ada = ada
        self.bob = bob
        self.page = ada.page
        self.keys = ada.page.keyboard
        self.mouse = ada.page.mouse

    @cached_property
    def devtools(self) -> CDPSession:
        """Ada's browser by its own protocol: for keys, pens and drops that the driver has not."""
        return self.page.context.new_cdp_session(self.page)

    def ids(self, window: Window | None = None) -> list[str]:
        """Ids of the elements, in order of coming."""
        nodes = "nodes => nodes.map(node => node.dataset.elementId)"
        return (window or self.ada).page.locator("[data-element-id]").evaluate_all(nodes)

    def place(self, element_id: str, window: Window | None = None) -> list[float]:
        """x, y, width, height, rotation and layer of an element, in scene units."""
        return (window or self.ada).page.evaluate(PLACE, element_id)

    def node(self, element_id: str, window: Window | None = None) -> Locator:
        """The node of an element."""
        return (window or self.ada).page.locator(f'[data-element-id="{element_id}"]')

    def agree(self) -> None:
        """Wait until both windows have the same elements at the same places."""
        here = {element_id: self.place(element_id) for element_id in self.ids()}
        until(
            self.bob.page,
            f"""here => Object.keys(here).length === document.querySelectorAll(
                    '[data-element-id]').length
                && Object.entries(here).every(([id, place]) =>
                    String(({PLACE})(id)) === String(place))""",
            arg=here,
            timeout=PATIENCE_MS,
        )

    def middle(self, element_id: str) -> tuple[float, float]:
        """The middle of an element, in pixels of the page."""
        box = self.node(element_id).bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def select(self, *element_ids: str) -> None:
        """Click elements, with Shift all but the first."""
        for number, element_id in enumerate(element_ids):
            if number:
                self.keys.down("Shift")
            self.mouse.click(*self.middle(element_id))
            if number:
                self.keys.up("Shift")

    def drag(self, start: tuple[float, float], way: tuple[float, float], hold: str = "") -> None:
        """Drag the pointer from a place some way, with a key held if one is named."""
        self.mouse.move(*start)
        self.mouse.down()
        if hold:
            self.keys.down(hold)
        for step in (0.4, 0.8, 1):
            self.mouse.move(start[0] + way[0] * step, start[1] + way[1] * step)
        self.mouse.up()
        if hold:
            self.keys.up(hold)

    def write(self, at: tuple[float, float], words: str) -> str:
        """Write a text with the mouse: double click at an empty place, type, click beside it."""
        before = set(self.ids())
        self.mouse.dblclick(*at)
        field = self.page.get_by_role("textbox", name="Text", exact=True)
        field.wait_for()
        self.keys.type(words)
        self.keys.press("Control+Enter")
        field.wait_for(state="detached")
        (element_id,) = set(self.ids()) - before
        self.keys.press("Escape")
        return element_id

    def handle(self, name: str) -> tuple[float, float]:
        """The middle of a handle of the selection."""
        box = self.page.locator(f'[data-handle="{name}"]').bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def tool(self, name: str) -> None:
        """Press a button of the bar, or of its menu; where it is folded, open it."""
        button = self.page.locator(f'[data-command="{name}"]')
        opener = self.page.locator('[data-action="tools"]')
        if not button.is_visible() and opener.is_visible():
            opener.click()
        button.click()

    def arrange(self, name: str) -> None:
        """Choose from the menu of the bar."""
        self.page.get_by_role("button", name="Arrange").click()
        self.tool(name)
