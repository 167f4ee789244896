"""Put the parts together under uvicorn, and end in order."""

import asyncio
import contextlib
import logging
import math
import signal
import socket
from collections.abc import Iterator
from functools import partial

import uvicorn
from fastapi import FastAPI

from . import listener
from .admission import Admission
from .app import create_app
from .config import Settings
from .decoding.contract import Decoder
from .http_protocol import HttpProtocol
from .models.silero import load_silero
from .models.sources import find_model
from .models.whisper import WhisperTranscriber
from .observer import Observer
from .protocols.native import NativeProtocol
from .protocols.settings import check_languages
from .service import Service
from .session.config import SessionConfig
from .session.vad import SpeechModel
from .tcp import TcpConfig
from .transcription.local import LocalTranscriptions
from .websocket_protocol import WebSocketProtocol

logger = logging.getLogger(__name__)

PING_INTERVAL_S = 20.0
PING_TIMEOUT_S = 60.0  # a client that sends faster than real time answers late
CLOSING_S = 0.5  # that the last bytes get on their way when the time to shut down is over


class Server(uvicorn.Server):
    """uvicorn, but open sessions get their last finals before it closes their sockets."""

    config: TcpConfig

    def __init__(self, config: TcpConfig, app: FastAPI, service: Service, drain_s: float) -> None:
        super().__init__(config)
        self.app = app
        self.service = service
        self.drain_s = drain_s

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        sockets = sockets or []
        listener.listen(sockets)
        await super().startup(sockets)
        for each in sockets:
            logger.info("listening", extra={"url": listener.url(each)})

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take ``drain_s`` at most, and a moment: uvicorn would wait for those who do not read."""
        loop = asyncio.get_running_loop()
        over = loop.time() + self.drain_s + CLOSING_S
        loop.call_at(over, self._abort_connections)
        await self.service.drain(self.drain_s)
        self.config.timeout_graceful_shutdown = math.ceil(over - loop.time())  # then, tasks end too
        await super().shutdown(sockets)

    def _abort_connections(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGHUP, of a terminal that closes, for SIGTERM; not under nohup, which ignores it.

        uvicorn raises what it has captured once more at its end, when everything is as before.
        """
        with super().capture_signals():
            captured = signal.getsignal(signal.SIGTERM) == self.handle_exit
            before = signal.getsignal(signal.SIGHUP)
            if not captured or before is signal.SIG_IGN:
                yield
                return
            signal.signal(signal.SIGHUP, self.handle_exit)
            try:
                yield
            finally:
                signal.signal(signal.SIGHUP, before)


def load_transcribers(settings: Settings) -> list[WhisperTranscriber]:
    """Load and warm up the model, once for each GPU; raise ModelUnavailable or InvalidSetting."""
    source = find_model(settings.model)
    config, *others = settings.whisper()
    first = WhisperTranscriber(source, config)
    copies = [WhisperTranscriber(source, other, first.contexts) for other in others]
    transcribers = [first, *copies]
    check_languages(settings.session(first.traits).decoding, first.languages)
    for transcriber in transcribers:
        transcriber.warm_up()
    fields = {"model": first.name, "device": first.device, "copies": len(transcribers)}
    contexts = {"finals": str(first.contexts.finals), "interims": str(first.contexts.interims)}
    logger.info("model loaded", extra={**fields, **contexts})
    return transcribers


def build_server(
    settings: Settings,
    decoder: Decoder,
    defaults: SessionConfig,
    speech_model: SpeechModel | None = None,
    observer: Observer | None = None,
) -> Server:
    """``defaults`` hold for clients that say nothing else."""
    transcriptions = LocalTranscriptions(decoder, speech_model or load_silero(), observer)
    service = Service(transcriptions, settings.limits(), settings.max_sessions)
    protocols = {"/ws/transcribe": partial(NativeProtocol, defaults, decoder.languages)}
    app = create_app(service, protocols, settings.origins())
    config = TcpConfig(
        app,
        http=HttpProtocol,
        ws=WebSocketProtocol,
        admission=Admission(settings.max_connections, settings.max_connections_per_address),
        handshake_timeout_s=settings.handshake_timeout_s,
        send_timeout_s=settings.send_timeout_s,
        log_config=None,
        access_log=False,
        backlog=listener.BACKLOG,
        ws_max_size=2 * settings.max_message_bytes,  # above ours, which gives the better error
        ws_per_message_deflate=False,  # speech as PCM does not compress
        ws_ping_interval=PING_INTERVAL_S,
        ws_ping_timeout=PING_TIMEOUT_S,
    )
    return Server(config, app, service, settings.shutdown_timeout_s)
