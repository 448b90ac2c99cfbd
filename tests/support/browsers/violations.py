"""What a browser says that a content security policy forbids."""

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage

_SIGNS = ("Content Security Policy", "requires 'Trusted", "TrustedScript", "TrustedHTML")


class Violations:
    """Violations in all windows of some browsers, in order of coming."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._expected: tuple[str, ...] = ()

    def watch(self, browser: Browser) -> None:
        """Listen to every context that is made in a browser from now on."""
        make = browser.new_context

        def new_context(**options: object) -> BrowserContext:
            context = make(**options)  # type: ignore[arg-type]
            context.on("console", self._listen)
            return context

        browser.new_context = new_context  # type: ignore[method-assign, assignment]

    def expect(self, *signs: str) -> None:
        """Say that this test provokes violations whose text has one of these in it, in small letters."""
        self._expected += signs

    def begin(self) -> None:
        """Forget those of the test before."""
        self.seen.clear()
        self._expected = ()

    @property
    def unexpected(self) -> list[str]:
        """Violations that no test has asked for."""
        return [
            text for text in self.seen if not any(sign in text.lower() for sign in self._expected)
        ]

    def _listen(self, message: ConsoleMessage) -> None:
        if any(sign in message.text for sign in _SIGNS):
            self.seen.append(message.text)


VIOLATIONS = Violations()
"""Those of all browsers that the tests drive."""
