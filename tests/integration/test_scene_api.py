"""`/api/scene`: the scene over HTTP, beside those who edit it in their windows."""

import json

import pytest

from support.servers.server import RawSocket, Server, post

TEXT = {"type": "Text", "content": "from afar"}


def test_a_scene_is_read_and_edited(server: Server) -> None:
    status, headers, body = server.exchange("/api/scene/api")
    empty = json.loads(body)
    assert (status, headers["etag"], empty["success"]) == (200, '"0-0"', True)
    assert empty["scene"]["session_id"] == "api"
    assert empty["scene"]["elements"] == []
    add = [{"id": "one", "kind": TEXT}, {"kind": {"type": "Text", "data": {"content": "old form"}}}]
    status, headers, answer = post(server, {"session_id": "api", "add": add})
    assert (status, headers["etag"]) == (200, f'"2-{answer["scene"]["timestamp"]}"')
    assert [e["kind"]["content"] for e in answer["scene"]["elements"]] == ["from afar", "old form"]
    update = [{"id": "one", "changes": {"transform": {"x": 7}}}]
    post(server, {"session_id": "api", "update": update})
    scene = json.loads(server.get("/api/scene/api")[1])["scene"]
    assert scene["elements"][0]["transform"]["x"] == 7
    assert scene["revision"] == 3
    assert post(server, {"session_id": "api", "clear": True})[2]["scene"]["elements"] == []


def test_without_a_name_it_is_the_default_session(server: Server) -> None:
    post(server, {"add": [{"id": "d", "kind": TEXT}]})
    for path in ("/api/scene", "/api/scene/default"):
        scene = json.loads(server.get(path)[1])["scene"]
        assert scene["session_id"] == "default"
        assert [e["id"] for e in scene["elements"]] == ["d"]


def test_windows_hear_of_it_at_once(server: Server) -> None:
    with RawSocket(server) as wire:
        wire.join("beside")
        _, _, answer = post(server, {"session_id": "beside", "add": [{"id": "x", "kind": TEXT}]})
        assert answer["scene"]["revision"] == 1
        assert wire.until("element_added")["element"]["id"] == "x"
        wire.send({"type": "remove_element", "id": "x", "message_id": "m"})
        wire.until("ack")
    assert json.loads(server.get("/api/scene/beside")[1])["scene"]["elements"] == []


def test_entity_tags(server: Server) -> None:
    """RFC 9110 section 13.1."""
    _, headers, _ = post(server, {"session_id": "tags", "add": [{"id": "x", "kind": TEXT}]})
    tag = headers["etag"]
    assert server.get("/api/scene/tags", {"If-None-Match": tag})[0] == 304
    assert server.get("/api/scene/tags", {"If-None-Match": f'"9", W/{tag}'})[0] == 304
    assert server.get("/api/scene/tags", {"If-None-Match": "*"})[0] == 304
    assert server.get("/api/scene/tags", {"If-None-Match": '"0"'})[0] == 200
    edit = {"session_id": "tags", "remove": ["x"]}
    for wrong in ('"0"', f"W/{tag}", "nonsense"):
        status, _, answer = post(server, edit, {"If-Match": wrong})
        assert (status, answer["code"]) == (412, "revision_changed")
    assert post(server, edit, {"If-Match": '"1"'})[0] == 200, "a revision, written by hand"
    tag = server.exchange("/api/scene/tags")[1]["etag"]
    assert post(server, edit | {"remove": []}, {"If-Match": tag})[0] == 200
    assert post(server, {"session_id": "tags"}, {"If-Match": "*"})[0] == 200


@pytest.mark.rule("IN1")
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "invalid_json"),
        (b"{", 400, "invalid_json"),
        (b"[]", 400, "invalid_message"),
        ({"session_id": "no spaces"}, 400, "invalid_message"),
        ({"session_id": "e", "add": [{"kind": {"type": "Cat"}}]}, 400, "invalid_message"),
        (
            {"session_id": "e", "add": [{"kind": {"type": "Image", "src": "javascript:x"}}]},
            400,
            "invalid_message",
        ),
        ({"session_id": "e", "add": [{"id": "a", "kind": TEXT}] * 2}, 409, "element_exists"),
        ({"session_id": "e", "remove": ["none"]}, 404, "element_not_found"),
        ({"session_id": "e", "update": [{"id": "none", "changes": {}}]}, 404, "element_not_found"),
        (
            {
                "session_id": "e",
                "add": [{"id": "a", "kind": TEXT}],
                "update": [{"id": "a", "changes": {"kind": {"type": "Video"}}}],
            },
            422,
            "invalid_change",
        ),
        (
            {
                "session_id": "e",
                "add": [
                    {
                        "kind": {
                            "type": "Video",
                            "stream_id": "peer-00000000-0000-0000-0000-000000000001",
                        }
                    }
                ],
            },
            409,
            "peer_not_found",
        ),
        (b" " * (1024 * 1024 + 1), 413, "too_large"),
        (b" " * (9 * 1024 * 1024), 413, "too_large"),
    ],
)
def test_what_is_refused_changes_nothing(
    server: Server, body: object, status: int, code: str
) -> None:
    got, _, answer = post(server, body)
    assert (got, answer["code"], answer["success"]) == (status, code, False)
    assert answer["error"]
    scene = json.loads(server.get("/api/scene/e")[1])["scene"]
    assert (scene["revision"], scene["elements"]) == (0, [])


@pytest.mark.rule("SCN5")
def test_a_scene_has_an_end(server: Server) -> None:
    edit = {"session_id": "full", "add": [{"kind": TEXT | {"content": "x" * 16_000}}] * 60}
    answers = [post(server, edit) for _ in range(5)]
    assert [status for status, _, _ in answers] == [200] * 4 + [413]
    assert answers[-1][2]["code"] == "scene_full"
    assert json.loads(server.get("/api/scene/full")[1])["scene"]["revision"] == 240


@pytest.mark.parametrize(
    "path", ["/api/scene/no%20name", "/api/scene/" + "x" * 65, "/api/scene/a.b/history"]
)
def test_a_name_that_is_none_is_not_found(server: Server, path: str) -> None:
    assert server.get(path)[0] == 404


def test_foreign_pages_cannot_edit(server: Server) -> None:
    status, _, answer = post(server, {"clear": True}, {"Origin": "https://evil.example"})
    assert (status, answer["code"]) == (403, "forbidden_origin")


def edits(server: Server, session_id: str, count: int) -> None:
    """Add labels, one revision each."""
    for number in range(1, count + 1):
        post(server, {"session_id": session_id, "add": [{"id": f"e{number}", "kind": TEXT}]})


@pytest.mark.rule("SCN8")
def test_earlier_scenes_are_read(server: Server) -> None:
    edits(server, "past", 3)
    post(server, {"session_id": "past", "clear": True})
    tags: list[str] = []
    for revision in range(5):
        status, headers, body = server.exchange(f"/api/scene/past?revision={revision}")
        scene = json.loads(body)["scene"]
        assert (status, headers["etag"]) == (200, f'"{revision}-{scene["timestamp"]}"')
        tags.append(headers["etag"])
        assert (scene["session_id"], scene["revision"]) == ("past", revision)
        ids = [f"e{n}" for n in range(1, revision + 1)] if revision < 4 else []
        assert [element["id"] for element in scene["elements"]] == ids
    tag = {"If-None-Match": tags[2]}
    assert server.get("/api/scene/past?revision=2", tag) == (304, b"")
    assert server.get("/api/scene/past?revision=3", tag)[0] == 200
    assert json.loads(server.get("/api/scene/nobody?revision=0")[1])["scene"]["elements"] == []
    for path in ("past?revision=5", "nobody?revision=1"):
        status, body = server.get(f"/api/scene/{path}")
        assert (status, json.loads(body)["code"]) == (404, "revision_not_found")


@pytest.mark.rule("SCN8")
def test_the_history_is_read_in_pages(server: Server) -> None:
    with RawSocket(server) as wire:
        ada = wire.join("history")
        wire.send({"type": "subscribe", "session_id": "history", "display_name": "Ada"})
        element = {"id": "own", "kind": TEXT}
        wire.send({"type": "add_element", "element": element, "message_id": "m"})
        wire.until("ack")
    edits(server, "history", 4)
    status, headers, body = server.exchange("/api/scene/history/history?limit=3")
    page = json.loads(body)
    assert (status, page["success"], page["revision"], page["first_revision"]) == (200, True, 5, 0)
    assert [entry["revision"] for entry in page["entries"]] == [5, 4, 3]
    assert page["entries"][0]["change"]["element"]["id"] == "e4"
    assert page["entries"][0]["timestamp"] > 1_700_000_000_000
    rest = json.loads(server.get("/api/scene/history/history?before=3")[1])
    assert [entry["revision"] for entry in rest["entries"]] == [2, 1]
    assert (rest["entries"][1]["peer_id"], rest["entries"][1]["display_name"]) == (ada, "Ada")
    assert json.loads(server.get("/api/scene/history/history?before=1")[1])["entries"] == []
    tag = {"If-None-Match": headers["etag"]}
    assert server.get("/api/scene/history/history?limit=3", tag) == (304, b"")
    edits(server, "history", 1)  # refused: there is such an element
    post(server, {"session_id": "history", "remove": ["own"]})
    assert server.get("/api/scene/history/history?limit=3", tag)[0] == 200
    nothing = json.loads(server.get("/api/scene/nobody/history")[1])
    assert nothing == {"success": True, "revision": 0, "first_revision": 0, "entries": []}


@pytest.mark.parametrize(
    "query",
    [
        "?revision=-1",
        "?revision=x",
        "?revision=",
        "?revision=99999999999999999",
        "/history?limit=0",
        "/history?limit=1001",
        "/history?before=1.5",
    ],
)
def test_what_is_asked_wrongly_is_said_so(server: Server, query: str) -> None:
    status, body = server.get(f"/api/scene/s{query}")
    answer = json.loads(body)
    assert (status, answer["code"], answer["success"]) == (400, "invalid_message", False)
    assert "whole number" in answer["error"]
