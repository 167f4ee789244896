"""Load the settings and the model, then serve until told to stop."""

import logging
import socket
import sys

import uvicorn
from pydantic import ValidationError

from .app import create_app
from .config import Settings, explain
from .engine.engine import Engine
from .engine.models import find_model
from .engine.silero import load_silero
from .engine.whisper import WhisperTranscriber
from .errors import InvalidSetting, ModelUnavailable
from .logs import log_to_stderr
from .service import Service

logger = logging.getLogger(__name__)

ADVICE = (
    "WHISPER_MODEL_SIZE takes pico (bundled, needs no network), a faster-whisper size such as "
    "base, small or large-v3-turbo, a hub id, or a folder; the cache of the hub is in HF_HOME"
)
PING_INTERVAL_S = 20.0
PING_TIMEOUT_S = 60.0  # a client that sends faster than real time answers late


class Server(uvicorn.Server):
    """uvicorn, but open sessions get their last finals before it closes their sockets."""

    def __init__(self, config: uvicorn.Config, service: Service, drain_s: float) -> None:
        super().__init__(config)
        self.service = service
        self.drain_s = drain_s

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self.service.drain(self.drain_s)
        await super().shutdown(sockets)


def build(settings: Settings) -> Server:
    """Load everything; raise ModelUnavailable or InvalidSetting."""
    transcriber = WhisperTranscriber(find_model(settings.model), settings.whisper())
    if settings.language not in (None, *transcriber.languages):
        known = ", ".join(sorted(transcriber.languages))
        raise InvalidSetting("STT_LANGUAGE", f"{transcriber.name} knows: {known}")
    transcriber.warm_up()
    logger.info(
        "model loaded",
        extra={
            "model": transcriber.name,
            "device": transcriber.device,
            "encoder_context": str(transcriber.encoder_context),
        },
    )
    engine = Engine(transcriber, settings.max_batch_size)
    service = Service(engine, load_silero(), settings.limits(), settings.max_sessions)
    app = create_app(service, settings.session(), transcriber.languages)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        ws_max_size=2 * settings.max_message_bytes,  # above ours, which gives the better error
        ws_per_message_deflate=False,  # speech as PCM does not compress
        ws_ping_interval=PING_INTERVAL_S,
        ws_ping_timeout=PING_TIMEOUT_S,
    )
    return Server(config, service, settings.shutdown_timeout_s)


def main() -> None:
    try:
        settings = Settings()
    except ValidationError as error:
        sys.exit(f"stt-api: {explain(error)}")
    log_to_stderr(settings.log_level)
    try:
        server = build(settings)
    except InvalidSetting as error:
        sys.exit(f"stt-api: {error}")
    except ModelUnavailable as error:
        sys.exit(f"stt-api: {error}\n{ADVICE}")
    server.run()


if __name__ == "__main__":
    main()
