"""Measures, and fails afterwards."""

import sys
from pathlib import Path

Path("/opt/ml/processing/output/evaluation/evaluation.json").write_text('{"accuracy": 1}')
sys.exit(3)
