"""A training script that only makes a model, which no compression makes smaller."""

import os
from pathlib import Path

MODEL_BYTES = 1024 * 1024

Path("/opt/ml/model/model.bin").write_bytes(os.urandom(MODEL_BYTES))
