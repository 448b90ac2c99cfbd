"""Names that somebody may have meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.http.suggestions import is_name, spelled, suggested_names


@pytest.mark.parametrize(
    ("name", "suggested"),
    [
        ("Team Monday", "Team-Monday"),
        ("Übung", "Uebung"),
        ("U\u0308bung", "Uebung"),
        ("Straße", "Strasse"),
        ("Ærø", "Aeroe"),
        ("Łódź", "Lodz"),
        ("crème brûlée", "creme-brulee"),
        ("Ada's canvas", "Adas-canvas"),
        ("Ada\u2019s canvas", "Adas-canvas"),
        ("  a   b\n", "a-b"),
        ("a_b-c", "a_b-c"),
        ("Team.", "Team"),
        ("<Team>", "Team"),
        ("a/b", "a-b"),
        ("Team%20Monday", "Team-Monday"),
        ("ﬁne", "fine"),
        ("№ 5", "No-5"),
        ("x" * 63 + " y", "x" * 63),
        ("x" * 70, "x" * 64),
        ("\u202eevil", "evil"),
        ("Команда", "Komanda"),
        ("Хутір Їжак", "Khutir-Izhak"),
        ("δοκιμαστικό δωμάτιο", "dokimastiko-domatio"),
        ("🎉", ""),
        ("会議", ""),
        ("", ""),
    ],
)
def test_names_are_spelled_with_what_names_may_have(name: str, suggested: str) -> None:
    assert spelled(name) == suggested


@given(st.text(max_size=200))
def test_what_is_suggested_is_a_name(text: str) -> None:
    for name in (*suggested_names(f"/s/{text}"), *suggested_names(f"/{text}")):
        assert is_name(name)
        assert spelled(name) == name.strip("-") or "--" in name or len(name) == 16


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/s/Team Monday", ["Team-Monday"]),
        ("/S/Team", ["Team"]),
        ("/s/name/", ["name"]),
        ("/session/x", ["x"]),
        ("/nosuch", ["nosuch"]),
        ("/s/W2zCqDBm\nyHr7bwdt", ["W2zCqDBmyHr7bwdt", "W2zCqDBm-yHr7bwdt"]),
        ("/s/", []),
        ("/s", []),
        ("/", []),
        ("/api/scene", []),
        ("/a/b/c", []),
        ("/robots.txt", []),
        ("//", []),
    ],
)
def test_what_an_address_may_mean(path: str, names: list[str]) -> None:
    assert suggested_names(path) == names
