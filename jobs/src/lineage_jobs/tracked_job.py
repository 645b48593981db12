"""A job around a script that is given a dataset: its run says what the script was given and how it went."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lineage_jobs.dataset_source import DvcDatasetSource
from lineage_jobs.errors import JobFailure
from lineage_jobs.given_dataset import DatasetChanged, pull, require_unchanged, resolve
from lineage_jobs.job_outcome import FAILED, STOPPED, describe, report_failure
from lineage_jobs.job_run import JobRun
from lineage_jobs.repository_access import RepositoryAccess, read_token
from lineage_jobs.script_process import JobStopped, ScriptEnd, StopRequest
from lineage_jobs.settings import DataSettings
from lineage_jobs.tree_digest import TreeDigest

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PreparedScript:
    """How to start the user's script; the file `mark` is made when its git asks for the token."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    mark: Path


@dataclass
class TrackedJob:
    """One job; without a run where another instance of the job has it."""

    failure: Path
    stop: StopRequest
    run: JobRun | None = None
    source: DvcDatasetSource | None = None

    def perform(self, work: Callable[[], tuple[int, str | None]]) -> int:
        """Do the work, which gives an exit code and what went wrong, and end the run; gives the job's exit code."""
        reason: str | None
        try:
            exit_code, reason = work()
        except JobStopped:
            exit_code, reason = STOPPED, "the job was told to stop before its script ran"
        except Exception as error:
            if not isinstance(error, JobFailure):
                _log.exception("the job failed for a reason that it does not know")
            exit_code, reason = FAILED, describe(error)
        if reason is not None:
            report_failure(self.failure, reason)
        if self.run is not None and not self._end_run(self.run, reason):
            return exit_code or FAILED
        return exit_code

    def _end_run(self, run: JobRun, reason: str | None) -> bool:
        """End the run; gives whether MLflow took that, so that the script's exit code is kept where it did not."""
        try:
            if reason is not None:
                run.record_failure(reason)
            run.end("FINISHED" if reason is None else "KILLED" if self.stop.received else "FAILED", self.source)
        except Exception as error:
            _log.exception("the run %s could not be ended", run.run_id)
            report_failure(self.failure, reason or f"the run could not be ended: {describe(error)}")
            return False
        return True

    def give_dataset(self, data: DataSettings, handed_on: Path, target: Path) -> TreeDigest:
        """Bring exactly the dataset of the data revision, and say so on the run."""
        token = read_token(data.token_secret_arn) if data.token_secret_arn else None
        claim = resolve(RepositoryAccess(data.repository_url, token), data, handed_on)
        tree = pull(data, claim, target)
        self.source = DvcDatasetSource.of(data, claim, tree)
        if self.run is not None:
            self.run.record_dataset(self.source)
        return tree

    def run_script(self, script: PreparedScript, arguments: Sequence[str]) -> ScriptEnd:
        """Run the script to its end."""
        end = self.stop.run([*script.command, *arguments], script.folder, script.environment)
        if self.run is not None and script.mark.exists():
            self.run.record_own_reading()
        return end

    def require_unchanged(self, tree: TreeDigest, dataset: Path) -> None:
        """Refuse a script that wrote into its dataset, and say so on the run."""
        try:
            require_unchanged(tree, dataset)
        except DatasetChanged:
            if self.run is not None:
                _record_changed_dataset(self.run)
            raise


def _record_changed_dataset(run: JobRun) -> None:
    try:
        run.record_changed_dataset()
    except Exception:
        # the job fails in any case, and its failure has to name the script's doing and not MLflow's.
        _log.exception("the run %s could not be told that its dataset changed", run.run_id)
