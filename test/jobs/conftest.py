"""What the tests of the jobs package share."""

from __future__ import annotations

from pathlib import Path

import pytest
from data_world import DataWorld, make_world


@pytest.fixture
def world(tmp_path: Path) -> DataWorld:
    """An empty data repository and an empty DVC remote."""
    return make_world(tmp_path)
