"""Leaves a model, as quickly as it can."""

import os
from pathlib import Path

Path(os.environ["SM_MODEL_DIR"], "weights").write_text("weights of this model")
