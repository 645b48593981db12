"""Finds the model and the dataset, and says how good the model is."""

import json
import os
from pathlib import Path

assert Path("/opt/ml/processing/model/weights").read_text() == "weights of this model"
assert os.environ["SM_MODEL_DIR"] == "/opt/ml/processing/model"
assert Path("/opt/ml/processing/input/dataset/records.csv").read_text().startswith("mean radius")
assert os.environ["SM_CHANNEL_DATASET"] == "/opt/ml/processing/input/dataset"
Path("/opt/ml/processing/output/evaluation/evaluation.json").write_text(json.dumps({"accuracy": 0.8, "records": 20}))
