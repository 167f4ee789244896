"""The plugin's logger. Transcripts and keys never go through it."""

import logging

logger = logging.getLogger("livekit.plugins.custom_stt")
