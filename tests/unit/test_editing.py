"""People edit one scene over a bad network, with a log that fails: see `tests/support/simulations/editing.py`."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from canvas_server.core.scene import consequences, transaction
from canvas_server.core.scene.elements import Scene
from canvas_server.core.scene.hierarchy import repaired
from support.hub.chatfaults import CHAT_FAULTS
from support.simulations.editing import SCRIPT, play
from support.simulations.pages import PageProcess

ONCE_FAILED = (21, 46, 62, 95, 118, 130, 513, 5202, 20850, 21804, 22108, 43192)
"""Seeds whose stories have shown something to mend."""
OTHERS = range(1, 16)
TALKS_THAT_FAILED = (24, 30, 39, 46, 48, 57)
"""The same of stories in which people talk."""


@pytest.fixture(scope="module")
def clients() -> Iterator[PageProcess]:
    """The pages' process."""
    process = PageProcess(SCRIPT)
    yield process
    process.close()


@pytest.mark.slow
@pytest.mark.rule("SCN1", "SCN2", "SCN3", "SCN6", "SCN7", "RES1", "SCN14", "EDT2", "EDT4", "EDT5")
@pytest.mark.parametrize("seed", [*ONCE_FAILED, *OTHERS])
def test_in_the_end_everybody_sees_what_is_stored(seed: int, clients: PageProcess) -> None:
    play(seed, clients)


@pytest.mark.slow
@pytest.mark.rule("CHT1", "CHT2", "CHT4", "CHT5", "CHT6", "CHT7", "MAN1", "MAN2")
@pytest.mark.parametrize("seed", [*TALKS_THAT_FAILED, *OTHERS])
def test_in_the_end_everybody_reads_what_was_said(seed: int, clients: PageProcess) -> None:
    play(seed, clients, talks=True)


@pytest.mark.nightly
@pytest.mark.parametrize("fault", CHAT_FAULTS)
def test_the_stories_show_what_is_wrong_with_the_chat(fault: str) -> None:
    """A model that finds nothing proves nothing: each of these faults makes a story fail."""
    process = PageProcess(SCRIPT)
    try:
        with CHAT_FAULTS[fault]():
            assert any(_shows_a_fault(seed, process, talks=True) for seed in ENOUGH)
    finally:
        process.close()


REPOSITORY = SCRIPT.parents[3]
FAULTS = {
    "what was said is not said again": (
        "chat/chat.js",
        "this.#outbox.again();\n      for (const",
        "for (const",
    ),
    "what was missed is not asked for again": (
        "chat/log.js",
        "this.#isStale = true;",
        "",
    ),
    "what is too large is sent again and again": (
        "connection/sendqueue.js",
        "this.#choked = true;",
        "",
    ),
    "an error that names nothing is about nothing": (
        "scene/optimisticscene.js",
        "UNREAD.has(message.code) && this.#queue.probe()",
        "false",
    ),
    "a suspect is never known": (
        "connection/connection.js",
        "message.message_id = this.#queue.suspect || null;",
        "",
    ),
    "of two who write in one text the second takes the place of the first": (
        "scene/operations.js",
        "kind[name] = mergeTexts(String(expected[name]), theirs, String(kind[name]), how);",
        "",
    ),
    "edits have no name": (
        "scene/answers.js",
        "({ type, message_id: id, ...rest })",
        "({ type, ...rest })",
    ),
    "a refusal that passes is final": (
        "scene/answers.js",
        "if (PASSING.has(answer.code)) return [{ ...batch, sent: false, probed: false }];",
        "",
    ),
    "a refusal that is final passes": (
        "scene/answers.js",
        "if (PASSING.has(answer.code)) return",
        "if (batch.units.length) return",
    ),
    "good edits go with a bad one": (
        "scene/answers.js",
        "if (!SPOILT.has(answer.code) || batch.units.length < 2) return [];",
        "return [];",
    ),
    "nothing is sent after it was held back": (
        "scene/storageretry.js",
        "this.#release();",
        "",
    ),
    "what was sent when the connection broke is not sent again": (
        "scene/editqueue.js",
        "first.sent = false;",
        "",
    ),
    "what waits goes with the page": (
        "scene/optimisticscene.js",
        "this.#queue.resume(saved.map",
        "void (saved.map",
    ),
    "after a reload it is sent under another name": (
        "scene/editqueue.js",
        "...pack(units, id), again: true",
        "...pack(units), again: true",
    ),
    "a refusal is not shown": (
        "scene/optimisticscene.js",
        "else this.#report(lost);",
        "",
    ),
    "what an earlier edit carried stays": (
        "scene/optimisticscene.js",
        "edit.map((one) => ({ ...one }))",
        "[...edit]",
    ),
    "what changes comes last": (
        "scene/scene.js",
        "this.elements.set(element.id, element);",
        "this.elements.delete(element.id);\n    this.elements.set(element.id, element);",
    ),
    "the second writer loses their words": (
        "scene/writtenwords.js",
        "elements.push({ kind: element.kind",
        "void ({ kind: element.kind",
    ),
}
"""By what is wrong then, a file of the page and what stands in it in place of what."""
ENOUGH = range(1, 61)
"""Stories, one of which shows each fault."""


@pytest.mark.nightly
@pytest.mark.parametrize("fault", FAULTS)
def test_the_stories_show_what_is_wrong(fault: str, tmp_path: Path) -> None:
    """A model that finds nothing proves nothing: each of these faults makes a story fail."""
    name, now, then = FAULTS[fault]
    shutil.copytree(REPOSITORY / "web", tmp_path / "web", ignore=shutil.ignore_patterns("bundle"))
    scripts = tmp_path / "tests" / "support" / "simulations"
    scripts.mkdir(parents=True)
    for script in SCRIPT.parent.glob("*.js"):
        shutil.copy(script, scripts)
    shutil.copy(REPOSITORY / "package.json", tmp_path)
    spoilt = tmp_path / "web" / name
    text = spoilt.read_text()
    assert text.count(now) == 1
    spoilt.write_text(text.replace(now, then))
    process = PageProcess(scripts / SCRIPT.name)
    try:
        talks = name.startswith("chat/")
        assert any(_shows_a_fault(seed, process, talks=talks) for seed in ENOUGH)
    finally:
        process.close()


@contextlib.contextmanager
def _circles() -> Iterator[None]:
    """Let elements be in each other; who goes through what is in them comes to an end all the same."""
    leaving = consequences.leaving

    def some_leaving(scene: Scene, element_id: str) -> Any:
        is_sound = repaired(scene.elements) == scene.elements
        return leaving(scene, element_id) if is_sound else []

    with (
        mock.patch.object(Scene, "require_below", return_value=None),
        mock.patch.object(transaction, "leaving", some_leaving),
        mock.patch.object(transaction, "MAX_ELEMENTS", 50),
        mock.patch.object(transaction, "MAX_WORK", 50_000),
    ):
        yield


@pytest.mark.nightly
def test_the_stories_show_a_circle_of_parents() -> None:
    """A model that finds nothing proves nothing."""
    process = PageProcess(SCRIPT)
    try:
        with _circles():
            assert any(_shows_a_fault(seed, process) for seed in ENOUGH)
    finally:
        process.close()


def _shows_a_fault(seed: int, process: PageProcess, *, talks: bool = False) -> bool:
    try:
        play(seed, process, talks=talks)
    except AssertionError:
        return True
    return False
