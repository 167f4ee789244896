"""How much of the suite is run: a part with all tests, everything with ``make conformance``."""

import os

FULL = os.environ.get("CONFORMANCE") == "full"
SCHEDULES = 200 if FULL else 8
CALL_S = 300 if FULL else 40  # of the conversation in which the server is killed
KILLS = 5 if FULL else 1
SILENCE_H = 8.0 if FULL else 0.1
