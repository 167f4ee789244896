"""RealtimeSTT's example server, the one that serves Whisper to many."""

import json
import struct
from pathlib import Path

from websockets.asyncio.client import ClientConnection

from .product import ENDPOINTING_MS, Launch, Message, Product, Refused, Screen

STUBS = Path(__file__).parent / "stubs"


class RealtimeSTTDialect:
    ending = None

    def __init__(self) -> None:
        self.screen = Screen()

    async def begin(self, socket: ClientConnection) -> None:
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "error":
                raise Refused(message["message"])
            if message["type"] == "ready":
                return await socket.send('{"type":"start","language":"en"}')
        raise Refused("closed before it was ready")

    def packet(self, pcm: bytes) -> bytes:
        about = {"sampleRate": 16_000, "channels": 1, "format": "pcm_s16le"}
        head = json.dumps({**about, "frames": len(pcm) // 2}).encode()
        return struct.pack("<I", len(head)) + head + pcm

    def hear(self, message: Message) -> None:
        if message["type"] in ("final", "realtime"):
            self.screen = self.screen.showing(message["text"], final=message["type"] == "final")


def _launch(weights: Path, port: int) -> Launch:
    options = {
        "host": "127.0.0.1",
        "port": port,
        "engine": "faster_whisper",
        "model": weights,
        "realtime-engine": "faster_whisper",
        "realtime-model": weights,
        "device": "cpu",
        "compute-type": "int8",
        "language": "en",
        "beam-size": 1,
        "beam-size-realtime": 1,
        "post-speech-silence-duration": ENDPOINTING_MS / 1000,
        "max-sessions": 256,
        "max-active-speakers": 256,
    }
    given = (str(part) for key, value in options.items() for part in (f"--{key}", value))
    return Launch(("-m", "example_fastapi_server.server", *given), {"PYTHONPATH": str(STUBS)})


REALTIMESTT = Product(
    "RealtimeSTT 1.1.2",
    "realtimestt",
    "/ws/transcribe",
    _launch,
    RealtimeSTTDialect,
    "its example server; interims and finals from the same weights; beam 1 for both",
)
