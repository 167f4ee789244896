"""The models, and how sessions share them."""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # onnxruntime, imported below, reports home
