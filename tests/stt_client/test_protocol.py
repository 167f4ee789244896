"""What a connection asks of a protocol: the native one, and one of another service."""

from __future__ import annotations

import json
from collections.abc import Sequence

import aiohttp
import pytest
from custom_stt_client import ConnectionFailed, ProtocolError
from custom_stt_client.connection import Connection, websocket_url
from custom_stt_client.messages import Finalized, Message, Ready, SessionEnded
from custom_stt_client.protocol import NativeProtocol
from custom_stt_client.testing import Call, ScriptedServer


class Shouting:
    """A service that greets nobody, wants no settings, and says two things in one frame."""

    auth_scheme = "Token"
    greeting: Sequence[Message] = (Ready("", "loud"),)

    def encode(self, message: dict[str, object]) -> str | None:
        kind = str(message["type"])
        return None if kind == "configure" else json.dumps({"type": kind.upper()})

    def parse(self, text: str) -> Sequence[Message]:
        return [Finalized(1), Finalized(2)]

    def closed(self, code: int | None, reason: str) -> Message:
        return SessionEnded("end_of_stream", "")


async def test_another_service_is_heard_and_spoken_to_in_its_own_words() -> None:
    async def shout(call: Call) -> None:
        await call.hear("END_OF_STREAM")
        await call.say("TWO")
        await call.close()

    async with ScriptedServer(shout) as server, aiohttp.ClientSession() as session:
        url, protocol = websocket_url(server.url), Shouting()
        connection = await Connection.open(session, url, "k", 5.0, protocol=protocol)
        await connection.send({"type": "configure"})
        await connection.end()
        told = [message async for message in connection.messages(5.0)]
        await connection.close()
    [call] = server.calls
    assert call.headers["Authorization"] == "Token k"
    assert call.messages == [{"type": "END_OF_STREAM"}]
    ended = SessionEnded("end_of_stream", "")
    assert told == [*Shouting.greeting, Finalized(1), Finalized(2), ended]


def test_the_native_protocol_is_json_and_every_close_of_it_an_error() -> None:
    protocol = NativeProtocol()
    assert protocol.encode({"type": "keepalive"}) == '{"type": "keepalive"}'
    assert protocol.parse('{"type": "finalized", "id": 3}') == [Finalized(3)]
    with pytest.raises(ProtocolError):
        protocol.parse("{")
    with pytest.raises(ConnectionFailed):
        protocol.closed(1000, "")
