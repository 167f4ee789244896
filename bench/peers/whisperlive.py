"""WhisperLive with faster-whisper and one model for all clients, batched."""

import json
from pathlib import Path
from uuid import uuid4

from websockets.asyncio.client import ClientConnection

from .product import BarePCM, Launch, Message, Product, Refused, Screen

RUN = """
import sys
from whisper_live.server import TranscriptionServer

TranscriptionServer().run(
    "127.0.0.1", port=int(sys.argv[1]), backend="faster_whisper",
    faster_whisper_custom_model_path=sys.argv[2], single_model=True, max_clients=256,
    max_connection_time=36000, batch_enabled=True, batch_max_size=16, batch_beam_size=1,
    batch_max_admissions_per_s=1000, batch_max_queue_wait_s=60,
)
"""


class WhisperLiveDialect(BarePCM):
    ending = b"END_OF_AUDIO"

    def __init__(self) -> None:
        super().__init__()
        self._completed: dict[str, str] = {}  # start of a segment → its text

    async def begin(self, socket: ClientConnection) -> None:
        about = {"uid": str(uuid4()), "language": "en", "task": "transcribe", "model": "small"}
        await socket.send(json.dumps({**about, "use_vad": True, "audio_format": "int16"}))
        async for text in socket:
            message = json.loads(text)
            if message.get("message") == "SERVER_READY":
                return
            if message.get("status") in ("WAIT", "ERROR"):
                raise Refused(f"{message['status']}: {message['message']}")
        raise Refused("closed before it was ready")

    def hear(self, message: Message) -> None:
        """Take the last segments; all but the last are completed for good."""
        segments = message.get("segments")
        if segments is None:
            return
        self._completed |= {s["start"]: s["text"] for s in segments if s["completed"]}
        interim = " ".join(s["text"] for s in segments if not s["completed"])
        self.screen = Screen(" ".join(self._completed.values()), interim)


def _launch(weights: Path, port: int) -> Launch:
    return Launch(("-c", RUN, str(port), str(weights)))


WHISPERLIVE = Product(
    "WhisperLive 0.10.0",
    "whisperlive",
    "/",
    _launch,
    WhisperLiveDialect,
    "batches of up to 16, beam 1; a segment is final when its text came ten times, or another "
    "follows, so it gets 6 s of silence after each recording",
    silence_s=6.0,
)
