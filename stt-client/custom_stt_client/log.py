"""The client's logger. Transcripts and keys never go through it."""

import logging

logger = logging.getLogger("custom_stt_client")
logger.addHandler(logging.NullHandler())
