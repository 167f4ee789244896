"""pico, a small Whisper for first runs and tests, as a CTranslate2 folder."""

from pathlib import Path

__version__ = "1.0.0"


def path() -> Path:
    """Return the folder that holds the model."""
    return Path(__file__).parent
