"""Load the settings and the model, then serve until told to stop."""

import sys

from pydantic import ValidationError

from .config import Settings, explain
from .engine.engine import Engine, finals_first
from .errors import InvalidSetting, ModelUnavailable
from .logs import log_to_stderr
from .server import build_server, load_transcribers

ADVICE = (
    "WHISPER_MODEL_SIZE takes pico (bundled, needs no network), a faster-whisper size such as "
    "base, small or large-v3-turbo, a hub id, or a folder; the cache of the hub is in HF_HOME"
)


def main() -> None:
    try:
        settings = Settings()
    except ValidationError as error:
        sys.exit(f"stt-api: {explain(error)}")
    log_to_stderr(settings.log_level)
    try:
        transcribers = load_transcribers(settings)
    except InvalidSetting as error:
        sys.exit(f"stt-api: {error}")
    except ModelUnavailable as error:
        sys.exit(f"stt-api: {error}\n{ADVICE}")
    scheduler = finals_first(settings.batch_size(transcribers[0].device))
    engine = Engine(transcribers * settings.workers, scheduler)
    build_server(settings, engine, settings.session(), transcribers[0].languages).run()


if __name__ == "__main__":
    main()
