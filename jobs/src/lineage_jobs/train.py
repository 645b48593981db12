"""The training job: open the run, give the script exactly one dataset version, record how it went."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lineage_jobs.dataset_source import DvcDatasetSource
from lineage_jobs.errors import JobFailure
from lineage_jobs.given_dataset import DatasetChanged, pull, require_unchanged, resolve
from lineage_jobs.hosts import Hosts, read_hosts
from lineage_jobs.job_outcome import FAILED, STOPPED, describe, report_failure
from lineage_jobs.job_run import JobRun
from lineage_jobs.layout import Layout
from lineage_jobs.repository_access import RepositoryAccess, read_token
from lineage_jobs.script_environment import (
    as_arguments,
    hyperparameters,
    require_no_dataset_channel,
    script_environment,
)
from lineage_jobs.script_git_settings import MARK, with_git_settings
from lineage_jobs.script_interpreter import plug_in_path, prepare_interpreter
from lineage_jobs.script_process import JobStopped, StopRequest
from lineage_jobs.settings import (
    CodeSettings,
    DataSettings,
    read_code_settings,
    read_data_settings,
    read_tracking_settings,
)
from lineage_jobs.tree_digest import TreeDigest
from lineage_jobs.user_code import bring_code

_log = logging.getLogger(__name__)


@dataclass
class _Job:
    layout: Layout
    hosts: Hosts
    run: JobRun | None
    stop: StopRequest
    source: DvcDatasetSource | None = None


def main(layout: Layout, arguments: Sequence[str]) -> int:
    """Run the job; gives its exit code, which is the script's own where the script ended."""
    stop = StopRequest()
    job: _Job | None = None
    reason: str | None = None
    try:
        hosts = read_hosts(layout.training_settings)
        run = JobRun.open(read_tracking_settings(os.environ)) if hosts.owns_run else None
        job = _Job(layout, hosts, run, stop)
        data, code = read_data_settings(os.environ), read_code_settings(os.environ)
        exit_code, reason = _train(job, data, code, arguments)
    except JobStopped:
        exit_code, reason = STOPPED, "the job was told to stop before its script ran"
    except Exception as error:
        if not isinstance(error, JobFailure):
            _log.exception("the job failed for a reason that it does not know")
        exit_code, reason = FAILED, describe(error)
    if reason is not None:
        report_failure(layout.training_failure, reason)
    if job is not None and job.run is not None and not _end_run(job, job.run, reason):
        return exit_code or FAILED
    return exit_code


def _end_run(job: _Job, run: JobRun, reason: str | None) -> bool:
    """End the run; gives whether MLflow took that, so that the script's exit code is kept where it did not."""
    try:
        if reason is not None:
            run.record_failure(reason)
        status = "FINISHED" if reason is None else "KILLED" if job.stop.received else "FAILED"
        run.end(status, job.source)
    except Exception as error:
        _log.exception("the run %s could not be ended", run.run_id)
        report_failure(job.layout.training_failure, reason or f"the run could not be ended: {describe(error)}")
        return False
    return True


def _train(job: _Job, data: DataSettings, code: CodeSettings, arguments: Sequence[str]) -> tuple[int, str | None]:
    with tempfile.TemporaryDirectory(prefix="lineage-job-") as scratch:
        with job.stop.interrupting():
            tree = _give_dataset(job, data)
            command, folder, environment = _prepare_script(job, data, code, Path(scratch))
        end = job.stop.run([*command, *arguments], folder, environment)
        if job.run is not None and (Path(scratch) / MARK).exists():
            job.run.record_own_reading()
    if end.exit_code != 0:
        return end.exit_code, f"the script {code.script} {end.description}; see the job's log"
    try:
        require_unchanged(tree, job.layout.training_dataset)
    except DatasetChanged:
        if job.run is not None:
            _record_changed_dataset(job.run)
        raise
    return 0, "the job was told to stop" if job.stop.received else None


def _record_changed_dataset(run: JobRun) -> None:
    try:
        run.record_changed_dataset()
    except Exception:
        # the job fails in any case, and its failure has to name the script's doing and not MLflow's.
        _log.exception("the run %s could not be told that its dataset changed", run.run_id)


def _give_dataset(job: _Job, data: DataSettings) -> TreeDigest:
    require_no_dataset_channel(job.layout)
    token = read_token(data.token_secret_arn) if data.token_secret_arn else None
    claim = resolve(RepositoryAccess(data.repository_url, token), data, job.layout.lineage_channel)
    tree = pull(data, claim, job.layout.training_dataset)
    job.source = DvcDatasetSource.of(data, claim, tree)
    if job.run is not None:
        job.run.record_dataset(job.source)
    return tree


def _prepare_script(
    job: _Job, data: DataSettings, code: CodeSettings, scratch: Path
) -> tuple[list[str], Path, dict[str, str]]:
    layout = job.layout
    brought = bring_code(code, layout.training_code, scratch)
    if job.run is not None and brought.commit is not None:
        job.run.record_code_commit(brought.commit)
    python = prepare_interpreter(brought.folder, scratch)
    for folder in (layout.model, layout.training_output):
        folder.mkdir(parents=True, exist_ok=True)
    run_id = job.run.run_id if job.run is not None else None
    inherited = with_git_settings(os.environ, data, scratch / MARK)
    environment = script_environment(inherited, layout, job.hosts, plug_in_path(scratch), run_id)
    return [python, str(brought.script), *as_arguments(hyperparameters(layout))], brought.folder, environment
