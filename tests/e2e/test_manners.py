"""What a person is told of while they look elsewhere, and who they see then."""

import re

import pytest
from playwright.sync_api import expect

from support.browsers.conditions import until
from support.browsers.window import Open

# The browser's own notifications and badge, noted as the page makes use of them.
NOTED = """(() => {
  window.noted = [];
  const badge = navigator.setAppBadge.bind(navigator);
  navigator.setAppBadge = async count => {
    await badge(count);
    window.badge = count;
  };
  const clear = navigator.clearAppBadge.bind(navigator);
  navigator.clearAppBadge = async () => {
    await clear();
    window.badge = 0;
  };
  const System = Notification;
  window.Notification = class extends System {
    constructor(title, options) {
      super(title, options);
      const note = {title, shown: false, over: false};
      window.noted.push(note);
      this.addEventListener('show', () => note.shown = true);
      this.addEventListener('close', () => note.over = true);
    }
  };
})()"""
PICTURES = """names => {
  const inside = documentPictureInPicture.window?.document;
  const faces = [...inside?.querySelectorAll('.face') ?? []];
  return faces.length === names.length && faces.every(face => {
    const {videoWidth, currentTime} = face.querySelector('video') ?? {};
    return videoWidth > 0 && currentTime > 0.2 && names.some(name => face.textContent.includes(name))
      && face.getBoundingClientRect().width > 100;
  });
}"""


@pytest.mark.rule("MAN7", "MAN13")
def test_who_looks_elsewhere_is_told_by_the_system_and_takes_everybody_along(
    open_window: Open,
) -> None:
    ada = open_window("red", query="name=Ada")
    bob = open_window("green", query="name=Bob", becomes="open")
    page, context = bob.page, bob.page.context
    context.grant_permissions(["camera", "microphone", "notifications"], origin=page.url)
    page.add_init_script(NOTED)
    page.reload()
    bob.wait_connection("open")
    ada.sees(bob)
    usual = page.title()
    # The driver has pages believe that they are looked at.
    devtools = context.new_cdp_session(page)
    devtools.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    elsewhere = context.new_page()
    elsewhere.bring_to_front()
    until(page, "() => !document.hasFocus()")
    ada.press("call", bob)
    until(page, "() => noted.some(({title, shown}) => title === 'Ada is calling' && shown)")
    expect(page).to_have_title(re.compile("Ada is calling"))
    until(page, "() => window.badge === 1")
    elsewhere.close()
    bob.press("accept")
    until(page, "() => noted.every(({over}) => over) && window.badge === 0")
    expect(page).to_have_title(usual)

    for window, other in ((ada, bob), (bob, ada)):
        window.shows(other)
    bob.press("layout")
    page.get_by_role("menuitem", name="Picture in picture").click()
    until(page, PICTURES, arg=["Ada", "Bob"])
    small = next(one for one in context.pages if one != page)
    small.close()
    until(page, "() => documentPictureInPicture.window === null")
    bob.shows(ada)
