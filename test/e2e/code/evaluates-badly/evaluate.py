"""Finds that the model is no better than a coin."""

from pathlib import Path

Path("/opt/ml/processing/output/evaluation/evaluation.json").write_text('{"accuracy": 0.5}')
