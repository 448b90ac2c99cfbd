"""Traits of messages: every type has its own, and the unions of types agree with them."""

from typing import Any, cast, get_args

import pytest
from msgspec import Struct

from canvas_server.protocol import client, server
from canvas_server.protocol.kinds import (
    KIND_TRAITS,
    Chart,
    Image,
    Kind,
    KindTraits,
    Text,
    Video,
    flat_kind,
    is_tile,
    kind_traits_of,
    picture_of,
    stream_of,
)
from canvas_server.protocol.traits import (
    Charge,
    ClientTraits,
    Federated,
    RightRule,
    ServerTraits,
)


def of_client(*federated: Federated) -> set[type[client.ClientMessage]]:
    return {kind for kind, traits in client.TRAITS.items() if traits.federated in federated}


def of_server(*federated: Federated) -> set[type[server.ServerMessage]]:
    return {kind for kind, traits in server.TRAITS.items() if traits.federated in federated}


def fields(kind: type[Any]) -> tuple[str, ...]:
    return kind.__struct_fields__


@pytest.mark.parametrize("kind", get_args(client.ClientMessage))
def test_every_message_of_a_client_has_traits_of_its_own(kind: type[client.ClientMessage]) -> None:
    assert isinstance(vars(kind)["traits"], ClientTraits)
    assert client.TRAITS[kind] is kind.traits
    assert client.BY_TAG[str(kind.__struct_config__.tag)] is kind
    assert "traits" not in fields(kind), "they are not part of the message"


@pytest.mark.parametrize("kind", get_args(server.ServerMessage))
def test_every_message_of_the_server_has_traits_of_its_own(
    kind: type[server.ServerMessage],
) -> None:
    assert isinstance(vars(kind)["traits"], ServerTraits)
    assert server.TRAITS[kind] is kind.traits
    assert "traits" not in fields(kind), "they are not part of the message"


class _Forgotten(Struct, frozen=True, tag_field="type", tag="forgotten"):
    """A message without traits."""


def test_a_message_without_traits_is_not_taken() -> None:
    with pytest.raises(AttributeError):
        client.traits_of(cast("Any", _Forgotten))
    with pytest.raises(AttributeError):
        server.traits_of(cast("Any", _Forgotten))


def test_what_a_message_takes_and_where_it_goes_must_be_said() -> None:
    for left_out in ("right", "federated", "after_gap"):
        said: dict[str, Any] = {"right": None, "federated": None, "after_gap": None}
        del said[left_out]
        with pytest.raises(TypeError, match=left_out):
            ClientTraits(**said)
    with pytest.raises(TypeError, match="federated"):
        cast("Any", ServerTraits)()


def test_rules_have_a_meaning() -> None:
    assert all(rule.meaning for rule in RightRule)


def test_edits_go_to_who_keeps_the_scene_and_can_be_answered() -> None:
    kept = {*get_args(client.Edit), *get_args(client.ChatEdit)}
    assert of_client(Federated.EDIT) == kept
    assert set(get_args(client.EditMessage)) < set(get_args(client.Edit))
    assert all("message_id" in fields(kind) for kind in kept)


STATES = {server.PeerSelection, server.PeerTyping}
"""They say how things are, for as long as nothing else comes: no reader misses one."""


def test_what_guests_are_sent_is_what_their_server_is_told() -> None:
    assert of_server(Federated.REPLY) == set(get_args(server.Reply))
    assert of_server(Federated.SIGNAL, Federated.MESSAGE) == set(get_args(server.Signal))
    assert of_server(Federated.DROPPABLE) == {
        server.PeerCursor,
        server.PeerPreview,
        server.PeerReaction,
        server.PeerStroke,
        *STATES,
    }
    assert not of_server(Federated.EDIT, Federated.PRESENCE), "no message of the server is one"
    assert not of_client(Federated.REPLY), "no message of a client is one"


def test_what_may_be_lost_between_servers_may_be_lost_on_the_way_to_a_slow_reader() -> None:
    lost = {kind for kind, traits in server.TRAITS.items() if traits.delivery == "droppable"}
    assert lost - {server.Pointers} == of_server(Federated.DROPPABLE) - STATES, (
        "there each goes by itself"
    )
    assert of_client(Federated.DROPPABLE) <= client.types_with(lambda traits: traits.droppable)


def test_what_is_charged_for_operations_has_some() -> None:
    charged = client.types_with(lambda traits: traits.charge is Charge.OPERATIONS)
    assert charged == {kind for kind in client.TRAITS if "operations" in fields(kind)}
    queue = client.SyncQueue((client.RemoveOperation("a"),))
    assert client.operations_of(queue) == queue.operations
    assert client.operations_of(client.Cursor(0, 0)) == ()


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_has_traits_that_name_fields_of_it(kind: type[Kind]) -> None:
    traits = vars(kind)["traits"]
    assert isinstance(traits, KindTraits)
    assert KIND_TRAITS[kind] is traits
    named = {traits.stream, traits.picture, traits.model, traits.json} - {None}
    assert named | set(traits.ends) <= set(fields(kind))
    assert "traits" not in fields(kind)


def test_a_kind_without_traits_is_not_taken() -> None:
    with pytest.raises(AttributeError):
        kind_traits_of(cast("Any", _Forgotten))
    given: dict[str, Any] = {
        **dict.fromkeys(KindTraits.__struct_fields__),
        "scales_children": False,
    }
    for left_out in KindTraits.__struct_fields__:
        with pytest.raises(TypeError, match=left_out):
            KindTraits(**{name: value for name, value in given.items() if name != left_out})


def test_what_a_kind_shows() -> None:
    tile, picture, text = Video("peer-a"), Image("https://a/b"), Text("a")
    assert [stream_of(kind) for kind in (tile, picture, text)] == ["peer-a", None, None]
    assert [picture_of(kind) for kind in (tile, picture, text)] == [None, "https://a/b", None]
    assert [is_tile(kind) for kind in (tile, picture, text)] == [True, False, False]


def test_data_of_a_chart_are_told_from_a_wrapped_chart() -> None:
    flat = {"type": "Chart", "chart_type": "bar", "data": {"values": [1]}}
    wrapped = {"type": "Chart", "data": {"chart_type": "bar", "data": {"values": [1]}}}
    assert flat_kind(flat) == flat
    assert flat_kind(wrapped) == flat
    named = {"type": "Chart", "data": {"chart_type": "bar"}}
    assert flat_kind(named) == {"type": "Chart", "chart_type": "bar"}
    for own in ({"values": [1]}, {"chart_type": "bar", "values": [1]}):
        alone: dict[str, Any] = {"type": "Chart", "data": own}
        assert flat_kind(alone) == alone
    assert flat_kind({"type": [], "data": {"a": 1}}) == {"type": [], "a": 1}
    assert flat_kind({"data": {"src": "x"}}) == {"src": "x"}
    assert fields(Chart) == ("chart_type", "data")


@pytest.mark.parametrize(("side", "union"), [(client, client.TRAITS), (server, server.TRAITS)])
def test_no_message_is_left_out_of_its_union(side: Any, union: Any) -> None:
    structs = [value for value in vars(side).values() if isinstance(value, type)]
    tagged = {struct for struct in structs if getattr(struct, "__struct_config__", None)}
    named = {struct for struct in tagged if struct.__struct_config__.tag_field == "type"}
    kinds = set(get_args(Kind))
    assert named - kinds == set(union)
