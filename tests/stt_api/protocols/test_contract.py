"""What a protocol of another vendor needs of the server, with one that is none's."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from stt_api.app import create_app
from stt_api.errors import AtCapacity, ClientError, SttError
from stt_api.protocols.commands import Audio, Command, EndOfStream, Finalize
from stt_api.protocols.contract import Accepted, Handshake, Message, Ready
from stt_api.session.config import SessionConfig
from stt_api.session.events import EndReason, Event, Final, SessionEnded
from stt_testing.local_app import LocalApp, local_app
from stt_testing.sound import pcm, speech

Frame = MutableMapping[str, Any]


class Foreign:
    """The model in its path, the key in its header or subprotocol; one letter after the audio."""

    def __init__(self) -> None:
        self.config = SessionConfig(interim_results=False)

    def open(self, handshake: Handshake) -> Accepted:
        if handshake.query.get("tier") != ["nova"]:
            raise ClientError(f"{handshake.path}: no such tier")
        _, key = handshake.subprotocols
        return Accepted("token", handshake.headers.get("authorization", key))

    def decode(self, message: Message) -> list[Command]:
        assert isinstance(message, bytes)
        return [Audio(message), Finalize(1), EndOfStream()]

    def encode(self, event: Event | Ready) -> list[str]:
        if isinstance(event, Final):
            return [f"begin {event.text}", f"end {event.text}"]
        return [type(event).__name__] if isinstance(event, Ready | SessionEnded) else []

    def encode_error(self, error: SttError) -> list[str]:
        return [f"oh dear: {error}"]

    def refusal(self, error: SttError) -> str:
        return f'{{"err_msg": "{error}"}}'

    def close_code(self, ending: EndReason | SttError) -> int:
        return 4321


async def served(app: LocalApp, query: bytes, *frames: bytes) -> list[Frame]:
    """Return what the client of one connection gets."""
    received: asyncio.Queue[Frame] = asyncio.Queue()
    sent: list[Frame] = []

    async def send(message: Frame) -> None:
        sent.append(message)

    received.put_nowait({"type": "websocket.connect"})
    for frame in frames:
        received.put_nowait({"type": "websocket.receive", "bytes": frame})
    scope = {
        "type": "websocket",
        "path": "/v1/listen",
        "query_string": query,
        "headers": [],
        "subprotocols": ["token", "secret"],
        "extensions": {"websocket.http.response": {}},
    }
    await create_app(app.service, {"/v1/listen": Foreign}, ())(scope, received.get, send)
    return sent


def refused(sent: list[Frame]) -> tuple[int, str]:
    return sent[0]["status"], sent[1]["body"].decode()


async def test_a_foreign_protocol_opens_speaks_and_closes_in_its_own_way() -> None:
    async with local_app() as app:
        sent = await served(app, b"tier=nova", pcm(speech(1.0)))
    assert sent[0] == {"type": "websocket.accept", "subprotocol": "token", "headers": []}
    texts = [message["text"] for message in sent if message["type"] == "websocket.send"]
    assert texts == ["Ready", "begin heard", "end heard", "SessionEnded"]
    assert sent[-1]["code"] == 4321


async def test_a_foreign_protocol_refuses_in_its_own_words() -> None:
    async with local_app(max_sessions=1) as app:
        assert refused(await served(app, b"tier=base")) == (
            ClientError.http_status,
            '{"err_msg": "/v1/listen: no such tier"}',
        )
        async with app.service.place():
            full = refused(await served(app, b"tier=nova"))
    assert full == (AtCapacity.http_status, '{"err_msg": "all 1 sessions are taken"}')
