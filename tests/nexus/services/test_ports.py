"""Free ports, and one that is wished for."""

import socket

from nexus.services.ports import free_ports


def test_free_ports_are_free_and_a_wish_is_kept_where_it_can_be() -> None:
    (wish,) = free_ports([None])
    assert free_ports([wish]) == [wish]
    assert len(set(free_ports([wish, wish]))) == 2
    with socket.create_server(("127.0.0.1", wish)):
        assert free_ports([wish]) != [wish]
    assert len(set(free_ports([None] * 20))) == 20
