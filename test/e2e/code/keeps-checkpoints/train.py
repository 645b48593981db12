"""Counts the checkpoints that it finds, and leaves one more."""

import os
from pathlib import Path

checkpoints = Path("/opt/ml/checkpoints")
found = len(list(checkpoints.iterdir()))
(checkpoints / f"{found}.ckpt").write_text("what was learnt so far")
Path(os.environ["SM_MODEL_DIR"], "found").write_text(str(found))
