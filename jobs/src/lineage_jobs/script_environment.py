"""What a script finds in its environment, as SageMaker's own toolkits set it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from lineage_jobs.errors import JobFailure
from lineage_jobs.hosts import Hosts
from lineage_jobs.layout import Layout
from lineage_jobs.run_context import PARENT_RUN_VARIABLE

# channels of the wrapper, which are no data of the script.
_OWN_CHANNELS = {"lineage-jobs", "lineage", "code"}


def script_environment(
    inherited: Mapping[str, str], layout: Layout, hosts: Hosts, plug_in: Path, run_id: str | None
) -> dict[str, str]:
    """The complete environment of a training script."""
    channels = {path.name: path for path in sorted(layout.channels.iterdir()) if path.is_dir()}
    data = {name: path for name, path in channels.items() if name not in _OWN_CHANNELS}
    environment = {
        **inherited,
        **{f"SM_CHANNEL_{name.upper().replace('-', '_')}": str(path) for name, path in data.items()},
        "SM_CHANNELS": json.dumps(list(data)),
        "SM_MODEL_DIR": str(layout.model),
        "SM_OUTPUT_DATA_DIR": str(layout.training_output),
        "SM_HOSTS": json.dumps(list(hosts.names)),
        "SM_CURRENT_HOST": hosts.current,
        "SM_HPS": json.dumps(hyperparameters(layout)),
        **_python(inherited, plug_in),
    }
    if run_id is not None:
        environment[PARENT_RUN_VARIABLE] = run_id
    return environment


def evaluation_environment(inherited: Mapping[str, str], layout: Layout, plug_in: Path, run_id: str) -> dict[str, str]:
    """The complete environment of an evaluation script: the names of a training script, at places of its own."""
    return {
        **inherited,
        "SM_CHANNEL_DATASET": str(layout.evaluation_dataset),
        "SM_CHANNELS": json.dumps([layout.evaluation_dataset.name]),
        "SM_MODEL_DIR": str(layout.evaluated_model),
        "SM_OUTPUT_DATA_DIR": str(layout.evaluation_output),
        PARENT_RUN_VARIABLE: run_id,
        **_python(inherited, plug_in),
    }


def _python(inherited: Mapping[str, str], plug_in: Path) -> dict[str, str]:
    return {
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(plug_in), inherited.get("PYTHONPATH")])),
    }


def hyperparameters(layout: Layout) -> dict[str, str]:
    """The job's hyperparameters; SageMaker passes each as a text."""
    file = layout.training_settings / "hyperparameters.json"
    if not file.is_file():
        return {}
    document = json.loads(file.read_text(encoding="utf-8"))
    return {str(name): str(value) for name, value in document.items()}


def require_no_dataset_channel(layout: Layout) -> None:
    """Refuse a channel of the service in the place of the dataset, which nobody versioned."""
    file = layout.training_settings / "inputdataconfig.json"
    name = layout.training_dataset.name
    if file.is_file() and name in json.loads(file.read_text(encoding="utf-8")):
        raise JobFailure(
            f"the job has a channel {name!r}, which is where the script finds its dataset: give the "
            "channel another name, or version its data"
        )


def as_arguments(values: Mapping[str, str]) -> list[str]:
    """Hyperparameters as a script's command line takes them."""
    return [part for name, value in sorted(values.items()) for part in (f"--{name}", value)]
