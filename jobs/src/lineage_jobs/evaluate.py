"""The evaluation job: give the script one trained model and the dataset of its training, record what it measured."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from lineage_jobs.evaluated_model import unpack_model
from lineage_jobs.evaluation_metrics import FILE_NAME, read_metrics
from lineage_jobs.job_outcome import STOPPED
from lineage_jobs.job_run import JobRun
from lineage_jobs.layout import Layout
from lineage_jobs.processing_job import configured_job, require_no_input_at
from lineage_jobs.script_environment import evaluation_environment
from lineage_jobs.script_git_settings import MARK, with_git_settings
from lineage_jobs.script_interpreter import plug_in_path, prepare_interpreter
from lineage_jobs.script_process import StopRequest
from lineage_jobs.settings import (
    CodeSettings,
    DataSettings,
    read_code_settings,
    read_data_settings,
    read_evaluated_job,
    read_tracking_settings,
)
from lineage_jobs.tracked_job import PreparedScript, TrackedJob
from lineage_jobs.user_code import bring_code


def main(layout: Layout, arguments: Sequence[str]) -> int:
    """Run the job; gives its exit code, which is the script's own where the script failed."""
    job = TrackedJob(layout.processing_failure, StopRequest())
    return job.perform(lambda: _evaluate(job, layout, arguments))


def _evaluate(job: TrackedJob, layout: Layout, arguments: Sequence[str]) -> tuple[int, str | None]:
    tracking, evaluated = read_tracking_settings(os.environ), read_evaluated_job(os.environ)
    run = JobRun.open_evaluation(tracking, evaluated, configured_job(layout.processing_settings))
    job.run = run
    data, code = read_data_settings(os.environ), read_code_settings(os.environ)
    with tempfile.TemporaryDirectory(prefix="lineage-job-") as scratch:
        with job.stop.interrupting():
            require_no_input_at(layout.evaluation_dataset, layout.processing_settings)
            unpack_model(layout.evaluated_archive, layout.evaluated_model)
            tree = job.give_dataset(data, layout.processing_lineage, layout.evaluation_dataset)
            script = _prepare_script(run, layout, data, code, Path(scratch))
        end = job.run_script(script, arguments)
    if end.exit_code != 0:
        return end.exit_code, f"the script {code.script} {end.description}; see the job's log"
    job.require_unchanged(tree, layout.evaluation_dataset)
    if job.stop.received:
        return STOPPED, "the job was told to stop before its metrics were recorded"
    run.record_metrics(read_metrics(layout.evaluation_output / FILE_NAME))
    return 0, None


def _prepare_script(
    run: JobRun, layout: Layout, data: DataSettings, code: CodeSettings, scratch: Path
) -> PreparedScript:
    brought = bring_code(code, layout.processing_code, scratch)
    if brought.commit is not None:
        run.record_code_commit(brought.commit)
    python = prepare_interpreter(brought.folder, scratch)
    layout.evaluation_output.mkdir(parents=True, exist_ok=True)
    # what an image holds there is nothing that the script measured.
    (layout.evaluation_output / FILE_NAME).unlink(missing_ok=True)
    inherited = with_git_settings(os.environ, data, scratch / MARK)
    environment = evaluation_environment(inherited, layout, plug_in_path(scratch), run.run_id)
    return PreparedScript([python, str(brought.script)], brought.folder, environment, scratch / MARK)
