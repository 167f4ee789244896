"""The addresses to listen on, taken before the model is loaded.

A port that is in use then ends start-up at once, and not after minutes. Until ``listen`` the
addresses are ours but refuse connections, so nobody waits for a model that is still loading.
"""

import errno
import socket
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from typing import Any

from .errors import InvalidSetting

Address = tuple[Any, ...]  # host and port, and more of IPv6

# Connections that wait in the kernel to be accepted. uvloop takes one at a time; asyncio's own loop
# takes all of them before the first is counted, so that they have to fit into the spare files.
BACKLOG = 4096 if find_spec("uvloop") else 100
NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def bind(host: str, port: int) -> list[socket.socket]:
    """Return a socket for each address of ``host``, all at one port; raise InvalidSetting."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        sockets = _bind_each((family, address) for family, *_, address in addresses)
    except (OSError, UnicodeError) as error:  # the latter of what can be no name
        raise _explain(error, host, port) from None
    if not sockets:
        raise InvalidSetting("host", f"{host} is not an address of this machine")
    return sockets


def listen(sockets: Sequence[socket.socket]) -> None:
    """Accept connections; raise InvalidSetting where another server was faster."""
    for each in sockets:
        try:
            each.listen(BACKLOG)
        except OSError as error:
            raise _explain(error, *each.getsockname()[:2]) from None


def url(bound: socket.socket) -> str:
    host, port, *_ = bound.getsockname()
    return f"http://[{host}]:{port}" if bound.family == socket.AF_INET6 else f"http://{host}:{port}"


def _bind_each(addresses: Iterable[tuple[int, Address]]) -> list[socket.socket]:
    """Leave out what this machine does not have, such as the ::1 of localhost without IPv6."""
    with ExitStack() as opened:
        sockets: list[socket.socket] = []
        for family, (host, port, *rest) in addresses:
            if sockets and port == 0:
                port = sockets[0].getsockname()[1]
            try:
                sockets.append(opened.enter_context(_bind(family, (host, port, *rest))))
            except OSError as error:
                if error.errno not in NOT_HERE:
                    raise
        opened.pop_all()
    return sockets


def _bind(family: int, address: Address) -> socket.socket:
    with ExitStack() as opened:
        bound = opened.enter_context(socket.socket(family, socket.SOCK_STREAM))
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a restart need not wait
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # IPv4 has its own
        bound.bind(address)
        opened.pop_all()
    return bound


def _explain(error: Exception, host: str, port: int) -> InvalidSetting:
    match error:
        case OSError(errno=errno.EADDRINUSE):
            return InvalidSetting("port", f"{port} is in use on {host}; 0 picks a free one")
        case PermissionError():
            return InvalidSetting("port", f"{port} needs privileges; take one from 1024 on")
    return InvalidSetting("host", f"{host} cannot be listened on: {error}")
