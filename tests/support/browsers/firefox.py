"""Debian's Firefox, driven by WebDriver BiDi (W3C), which it speaks by itself."""

import contextlib
import itertools
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from support.browsers.window import PATIENCE_MS
from support.servers.server import eventually

# A fake camera and microphone without a question, sound without a click, calls over loopback, and
# nothing loaded from elsewhere.
PREFERENCES: dict[str, bool | int | str] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.gmp-manager.updateEnabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}


def lacking() -> str | None:
    """Return what is missing for Firefox, or None."""
    return None if shutil.which("firefox-esr") else "there is no firefox-esr"


class Firefox:
    """A process with a profile of its own; a context manager that leaves nothing behind."""

    def __init__(self, folder: Path) -> None:
        profile = folder / "profile"
        profile.mkdir()
        lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items())
        (profile / "user.js").write_text("\n".join(lines))
        self._output = folder / "firefox.log"
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                [
                    *("firefox-esr", "--headless", "--no-remote"),
                    *("--profile", str(profile), "--remote-debugging-port", "0"),
                ],
                stdout=output,
                stderr=output,
            )
        self._ids = itertools.count(1)
        self._closing = contextlib.ExitStack()
        self._closing.callback(self._end)
        with contextlib.ExitStack() as undo:  # if it does not come about
            undo.callback(self._closing.close)
            address: str = eventually(self._address, "Firefox listens")
            self._socket: ClientConnection = self._closing.enter_context(
                connect(f"{address}/session", max_size=None)
            )
            self.command("session.new", capabilities={})
            undo.pop_all()

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)

    def _address(self) -> str | None:
        found = re.search(r"WebDriver BiDi listening on (ws://\S+)", self._output.read_text())
        return found[1] if found else None

    def __enter__(self) -> "Firefox":
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def command(self, method: str, **parameters: Any) -> Any:
        """Send a command and return its result; events are of no interest here."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(PATIENCE_MS / 1000))
            if answer.get("id") != number:
                continue
            if answer["type"] == "error":
                raise RuntimeError(f"{method}: {answer['message']}")
            return answer["result"]

    def open(self, url: str) -> "FirefoxWindow":
        """Open a window of its own, so that none is in the background."""
        context = self.command("browsingContext.create", type="window")["context"]
        self.command("browsingContext.navigate", context=context, url=url, wait="complete")
        return FirefoxWindow(self, context)


class FirefoxWindow:
    """A window with the page open."""

    def __init__(self, firefox: Firefox, context: str) -> None:
        self._firefox = firefox
        self._context = context

    def evaluate(self, expression: str) -> Any:
        """Return what an expression comes to, pending_reply, as JSON can say it."""
        result = self._firefox.command(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        if result["type"] == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        value = result["result"].get("value")
        return None if value is None else json.loads(value)

    def wait(self, expression: str) -> Any:
        """Wait until an expression is true."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not (found := self.evaluate(expression)):
            assert time.monotonic() < deadline, f"never true in Firefox: {expression}"
            time.sleep(0.05)
        return found

    def press(self, selector: str) -> None:
        """Press a button when it is there."""
        self.wait(f"!!document.querySelector({json.dumps(selector)})?.checkVisibility()")
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def frame(self, part: str) -> "FirefoxWindow":
        """The frame in it whose address has a part, when it is there."""
        tree = "browsingContext.getTree"

        def find() -> str | None:
            (window,) = self._firefox.command(tree, root=self._context)["contexts"]
            frames = window["children"] or []
            return next((each["context"] for each in frames if part in each["url"]), None)

        return FirefoxWindow(self._firefox, eventually(find, f"a frame of {part}"))

    def type(self, key: str) -> None:
        """Press a key, as a person does."""
        presses = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": presses}
        self._firefox.command("input.performActions", context=self._context, actions=[source])

    @property
    def peer_id(self) -> str:
        """The id the server gave this window."""
        return self.wait("window.signalingManager?.peerId")
