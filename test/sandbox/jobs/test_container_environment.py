from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.jobs.container_environment import (
    ReservedVariable,
    container_environment,
    image_environment,
    require_no_reserved,
)

LAUNCHER = {"AWS_ENDPOINT_URL": "https://127.0.0.1:1", "SECRET_OF_HOST": "x", "HOME": "/root", "PYTHONPATH": "/host"}
IMAGE = image_environment(Path("/env"), "us-east-1", LAUNCHER)


def test_only_the_endpoints_of_the_host_reach_a_job() -> None:
    assert IMAGE["AWS_ENDPOINT_URL"] == "https://127.0.0.1:1"
    assert not {"SECRET_OF_HOST", "PYTHONPATH", "HOME"} & set(IMAGE)
    assert IMAGE["PATH"].startswith("/env/bin:")


def test_credentials_and_names_of_the_service_win() -> None:
    complete = container_environment(
        IMAGE, {"TRAINING_JOB_NAME": "n"}, {"STAGE": "s"}, {"AWS_ACCESS_KEY_ID": "k"}, Path("/job")
    )
    assert complete["TRAINING_JOB_NAME"] == "n"
    assert complete["AWS_ACCESS_KEY_ID"] == "k"
    assert complete["STAGE"] == "s"
    assert (complete["HOME"], complete["TMPDIR"]) == ("/job/home", "/job/tmp")


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "PATH", "HOME", "AWS_SECRET_ACCESS_KEY", "TRAINING_JOB_ARN"])
def test_a_job_cannot_change_what_the_sandbox_needs(name: str) -> None:
    with pytest.raises(ReservedVariable, match=name):
        require_no_reserved({name: "changed"}, IMAGE)


def test_a_job_may_repeat_what_is_set_and_add_the_rest() -> None:
    require_no_reserved({"AWS_REGION": "us-east-1", "LANG": "de_DE.UTF-8", "STAGE": "x"}, IMAGE)
