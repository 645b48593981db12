from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "emulator"))

from deployment import Deployment, deploy
from fake_sagemaker import FakeSageMaker
from fixture_template import TEMPLATE
from running_emulator import RunningEmulator, free_port, start_emulator

from sandbox.readback.live_api import LiveApi


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """An emulator and a SageMaker, which the environment of this process names as a sandbox's would."""
    sagemaker_port = free_port()
    running = start_emulator(tmp_path_factory.mktemp("readback"), sagemaker_port)
    sagemaker = FakeSageMaker(sagemaker_port, running.directory / "tls")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in running.environment.items():
            environment.setenv(name, value)
        yield running
    sagemaker.stop()
    running.stop()


@pytest.fixture(scope="session")
def deployment(emulator: RunningEmulator) -> Deployment:
    deploy(emulator, "complete", TEMPLATE)
    return Deployment("complete", LiveApi())
