"""Counterpoint: answers recycled public-sector IT failure anecdotes with sourced success stories."""

import os

__version__ = "0.1.0"

# Nothing leaves the machine but the reply: these libraries report their use to their makers unless told before import.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
