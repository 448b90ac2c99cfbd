"""A room as a person sees it: controls that can be pressed, names that can be read, people that move.

`faults` looks at every control and every name that a window shows; `moving` at the people of its
call. Neither knows how the page is built: a control is what the accessibility tree would list, a
person's picture is any `<video>` that plays the track which their connection delivers.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from playwright.sync_api import TimeoutError as Expired

from support.browsers.conditions import PATIENCE_MS, until
from support.browsers.window import Window


class Screen(NamedTuple):
    """A size of window that people have, in CSS pixels."""

    name: str
    width: int
    height: int
    touch: bool


SCREENS = (
    Screen("desktop", 1440, 900, touch=False),
    Screen("tablet", 1024, 768, touch=False),
    Screen("phone", 390, 844, touch=True),
    Screen("phone-across", 844, 390, touch=True),
)

# What is wrong with a control or a name, in words; an empty list: nothing.
_FAULTS = r"""([smallest, names]) => {
  const CONTROLS = `button, a[href], input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab],
    [role=option], [role=menuitem], [role=menuitemradio], [role=switch], [role=slider]`;
  const found = [];
  const modal = document.querySelector('dialog:modal');
  const area = {left: 0, top: 0, right: innerWidth, bottom: innerHeight};
  const label = node => {
    const said = node.getAttribute('aria-label') ?? node.labels?.[0]?.textContent ?? node.textContent ?? '';
    return `${node.localName}${node.id ? '#' + node.id : ''} "${said.trim().slice(0, 40)}"`;
  };
  const isSeen = node => node.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})
    && !node.closest('[inert]') && (!modal || modal.contains(node));
  const inside = (box, other, air = 1) => box.left >= other.left - air && box.top >= other.top - air
    && box.right <= other.right + air && box.bottom <= other.bottom + air;
  // Nearest boxes that clip it: one that scrolls excuses what it hides, one that does not is a fault.
  const clip = (node, box) => {
    for (let up = node.parentElement; up && up !== document.body; up = up.parentElement) {
      const {overflowX, overflowY, position} = getComputedStyle(up);
      if (overflowX === 'visible' && overflowY === 'visible') continue;
      const around = up.getBoundingClientRect();
      if (inside(box, around)) continue;
      const scrolls = /auto|scroll/.test(overflowX + overflowY)
        && (up.scrollHeight > up.clientHeight + 1 || up.scrollWidth > up.clientWidth + 1);
      return scrolls ? 'scrolls' : `cut off by ${up.localName}.${up.className}`;
    }
    return '';
  };
  const over = (node, box) => {
    for (const [x, y] of [[.5, .5], [.2, .3], [.8, .3], [.2, .7], [.8, .7]]) {
      const at = [box.left + box.width * x, box.top + box.height * y];
      const top = document.elementFromPoint(...at);
      if (!top || node.contains(top) || top.contains(node)) continue;
      // Elements of the canvas may lie on each other: who is behind one is in the strip.
      if (node.closest('#space') && top.closest('#space')) continue;
      // Buttons of a tile lie on it, and so does the button that is the whole tile.
      const tile = node.closest('[data-stream-id]');
      // Messages pass, and have a button that takes them away.
      if (top.closest('.notice') && (tile || node.closest('#canvas'))) continue;
      if (tile && tile.contains(top)) continue;
      if (node.labels && [...node.labels].some(one => one.contains(top))) continue;
      return `covered by ${top.localName}.${top.getAttribute('class') ?? ''}${top.id ? '#' + top.id : ''}`;
    }
    return '';
  };
  const see = (node, what) => {
    const box = node.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) return null;
    const onCanvas = node.closest('#space') !== null;
    const clipped = clip(node, box);
    if (clipped === 'scrolls' || (onCanvas && clipped)) return null; // it can be brought into sight
    if (clipped) found.push(`${what} is ${clipped}`);
    else if (!inside(box, area)) found.push(`${what} is outside the window`);
    else {
      const covered = over(node, box);
      if (covered) found.push(`${what} is ${covered}`);
      else return box;
    }
    return null;
  };
  for (const node of document.querySelectorAll(CONTROLS)) {
    if (!isSeen(node) || node.matches('.skip, [aria-hidden=true], [aria-hidden=true] *')) continue;
    const what = label(node);
    const box = see(node, what);
    if (!box || node.closest('#space')) continue;
    const target = node.closest('label')?.getBoundingClientRect() ?? box;
    const isInline = node.localName === 'a' && getComputedStyle(node).display === 'inline';
    const [width, height] = [Math.round(target.width), Math.round(target.height)];
    const least = node.closest('#dock, #lobby, #top') ? smallest : 24;
    if (!isInline && (width < least || height < least)) found.push(`${what} is ${width} x ${height}, under ${least}`);
    if (node.matches('button') && node.scrollWidth > node.clientWidth + 2) found.push(`${what}: its words are cut off`);
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (names.length && walker.nextNode()) {
    const words = walker.currentNode.data.trim();
    const node = walker.currentNode.parentElement;
    if (!names.includes(words) || !isSeen(node) || node.closest('option, script, [aria-hidden=true]')) continue;
    const box = see(node, `the name ${words} (${node.localName}.${node.className})`);
    if (!box) continue;
    const style = getComputedStyle(node);
    if (node.scrollWidth > node.clientWidth + 1 && style.overflowX !== 'visible' && style.textOverflow !== 'ellipsis')
      found.push(`the name ${words} is cut off`);
  }
  return found;
}"""

# Whether everybody of the call has a picture that is in the window, uncovered, and goes on.
_MOVING = r"""([smallest, count]) => {
  const seen = window.roomFrames ??= new WeakMap();
  const tracks = [...signalingManager.peerConnections].map(([peer, pc]) => [peer, pc.getReceivers()
    .map(({track}) => track).filter(track => track.kind === 'video' && track.readyState === 'live')]);
  if (tracks.length < count) return false;
  return tracks.every(([, received]) => [...document.querySelectorAll('video')].some(video => {
    if (!video.srcObject?.getVideoTracks().some(track => received.includes(track)) || video.paused) return false;
    const box = video.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    if (box.width < smallest || x < 0 || y < 0 || x > innerWidth || y > innerHeight) return false;
    const top = document.elementFromPoint(x, y);
    if (!top || !(top === video || top.contains(video) || video.parentElement.parentElement?.contains(top))) return false;
    const at = seen.get(video);
    if (at === undefined) seen.set(video, video.currentTime);
    return at !== undefined && video.currentTime > at;
  }));
}"""


def faults(window: Window, screen: Screen, names: Sequence[str] = ()) -> list[str]:
    """Return what cannot be pressed or read as it should: covered, cut off, too small, outside."""
    found: list[str] = window.page.evaluate(_FAULTS, [40 if screen.touch else 24, list(names)])
    return found


def faultless(window: Window, screen: Screen, state: str, names: Sequence[str] = ()) -> None:
    """Check that a window shows every control and name whole, and keep a picture of it.

    What moves in is given time to arrive: the state counts that stays.
    """
    window.picture(f"room-{screen.name}-{state}")
    try:
        until(
            window.page,
            f"asked => ({_FAULTS})(asked).length === 0",
            arg=_asked(screen, names),
            timeout=3_000,
            polling=100,
        )
    except Expired:
        found = faults(window, screen, names)
        assert found == [], f"{state}, {screen.name}"


def moving(window: Window, others: int, *, smallest: int = 60) -> None:
    """Wait until each of so many others in the call has a moving picture in the window."""
    until(window.page, _MOVING, arg=[smallest, others], timeout=PATIENCE_MS, polling=200)


def shown_as(window: Window, screen: Screen, theme: str = "light") -> None:
    """Give a window a size and a theme."""
    window.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    window.page.set_viewport_size({"width": screen.width, "height": screen.height})


def _asked(screen: Screen, names: Sequence[str]) -> list[Any]:
    return [40 if screen.touch else 24, list(names)]
