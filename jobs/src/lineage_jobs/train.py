"""The training job: open the run, give the script exactly one dataset version, record how it went."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from lineage_jobs.hosts import Hosts, read_hosts
from lineage_jobs.job_run import JobRun
from lineage_jobs.layout import Layout
from lineage_jobs.script_environment import (
    as_arguments,
    hyperparameters,
    require_no_dataset_channel,
    script_environment,
)
from lineage_jobs.script_git_settings import MARK, with_git_settings
from lineage_jobs.script_interpreter import plug_in_path, prepare_interpreter
from lineage_jobs.script_process import StopRequest
from lineage_jobs.settings import (
    CodeSettings,
    DataSettings,
    read_code_settings,
    read_data_settings,
    read_tracking_settings,
    read_training_job,
)
from lineage_jobs.tracked_job import PreparedScript, TrackedJob
from lineage_jobs.user_code import bring_code


def main(layout: Layout, arguments: Sequence[str]) -> int:
    """Run the job; gives its exit code, which is the script's own where the script ended."""
    job = TrackedJob(layout.training_failure, StopRequest())
    return job.perform(lambda: _train(job, layout, arguments))


def _train(job: TrackedJob, layout: Layout, arguments: Sequence[str]) -> tuple[int, str | None]:
    hosts = read_hosts(layout.training_settings)
    if hosts.owns_run:
        job.run = JobRun.open(read_tracking_settings(os.environ), read_training_job(os.environ))
    data, code = read_data_settings(os.environ), read_code_settings(os.environ)
    with tempfile.TemporaryDirectory(prefix="lineage-job-") as scratch:
        with job.stop.interrupting():
            require_no_dataset_channel(layout)
            tree = job.give_dataset(data, layout.lineage_channel, layout.training_dataset)
            script = _prepare_script(job, layout, hosts, data, code, Path(scratch))
        end = job.run_script(script, arguments)
    if end.exit_code != 0:
        return end.exit_code, f"the script {code.script} {end.description}; see the job's log"
    job.require_unchanged(tree, layout.training_dataset)
    return 0, "the job was told to stop" if job.stop.received else None


def _prepare_script(
    job: TrackedJob, layout: Layout, hosts: Hosts, data: DataSettings, code: CodeSettings, scratch: Path
) -> PreparedScript:
    brought = bring_code(code, layout.training_code, scratch)
    if job.run is not None and brought.commit is not None:
        job.run.record_code_commit(brought.commit)
    python = prepare_interpreter(brought.folder, scratch)
    for folder in (layout.model, layout.training_output):
        folder.mkdir(parents=True, exist_ok=True)
    run_id = job.run.run_id if job.run is not None else None
    inherited = with_git_settings(os.environ, data, scratch / MARK)
    environment = script_environment(inherited, layout, hosts, plug_in_path(scratch), run_id)
    command = [python, str(brought.script), *as_arguments(hyperparameters(layout))]
    return PreparedScript(command, brought.folder, environment, scratch / MARK)
