import socket
from contextlib import ExitStack, closing

import pytest

from stt_api.errors import InvalidSetting
from stt_api.listener import bind, listen, url


def test_a_bound_address_is_ours_and_refuses_until_it_is_listened_on() -> None:
    [bound] = bind("127.0.0.1", 0)
    with bound:
        address = bound.getsockname()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
        listen([bound])
        socket.create_connection(address).close()
        assert url(bound) == f"http://127.0.0.1:{address[1]}"


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InvalidSetting, match=f"^port: {port} is in use on 127.0.0.1"):
            bind("127.0.0.1", port)


def test_of_two_servers_that_start_at_once_the_later_one_is_told() -> None:
    [first] = bind("127.0.0.1", 0)
    [second] = bind("127.0.0.1", first.getsockname()[1])
    with first, second:
        listen([first])
        with pytest.raises(InvalidSetting, match="port"):
            listen([second])


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "x" * 300, "a b"])
def test_a_host_that_is_no_address_of_this_machine_is_named(host: str) -> None:
    with pytest.raises(InvalidSetting, match=f"^host: {host}"):
        bind(host, 0)


def test_all_addresses_of_a_host_have_the_same_port() -> None:
    with ExitStack() as opened:
        sockets = [opened.enter_context(closing(bound)) for bound in bind("localhost", 0)]
        assert len({bound.getsockname()[1] for bound in sockets}) == 1
