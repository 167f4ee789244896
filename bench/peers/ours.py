"""This repository's server, as people start it."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from .product import ENDPOINTING_MS, BarePCM, Launch, Message, Product


class NativeDialect(BarePCM):
    ending = '{"type":"end_of_stream"}'

    def hear(self, message: Message) -> None:
        if message["type"] == "transcript":
            self.screen = self.screen.showing(message["text"], final=message["is_final"])


def ours(name: str, settings: Mapping[str, str]) -> Product:
    note = " ".join(f"{key}={value}" for key, value in settings.items()) or "as it is"
    launch = partial(_launch, settings)
    return Product(name, None, "/ws/transcribe?language=en", launch, NativeDialect, note)


def _launch(settings: Mapping[str, str], weights: Path, port: int) -> Launch:
    variables = {
        "WHISPER_MODEL_SIZE": str(weights),
        "STT_PORT": str(port),
        "STT_DEVICE": "cpu",
        "STT_ENDPOINTING_MS": str(ENDPOINTING_MS),
        "STT_MAX_SESSIONS": "256",
        **settings,
    }
    return Launch(("-m", "stt_api"), variables)
