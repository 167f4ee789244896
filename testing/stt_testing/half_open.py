"""Connections that ask nothing: python -m stt_testing.half_open PORT COUNT TIMEOUT_S [BYTES].

Ends without error if the server has closed every one of them within the timeout.
"""

import socket
import sys
import time
from contextlib import suppress


def main(port: int, count: int, timeout_s: float, sent: bytes) -> None:
    connections = []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", port))
        with suppress(ConnectionError):  # closed already, for a newer one
            connection.sendall(sent)
        connections.append(connection)
    deadline = time.monotonic() + timeout_s
    for connection in connections:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        with suppress(ConnectionError):
            while connection.recv(4096):
                pass


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), "".join(sys.argv[4:]).encode())
