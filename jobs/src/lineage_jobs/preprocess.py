"""The preprocess job: run the user's script, then publish what it wrote as a dataset version."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lineage_jobs.data_repository import fetch_branch, open_repository, read_output, require_own_remote
from lineage_jobs.dataset_version import make_dataset_version
from lineage_jobs.errors import JobFailure
from lineage_jobs.git_program import GitProgram
from lineage_jobs.job_inputs import configured_inputs
from lineage_jobs.job_outcome import FAILED, STOPPED, describe, report_failure
from lineage_jobs.layout import Layout
from lineage_jobs.lineage_document import FILE_NAME
from lineage_jobs.processing_job import configured_job
from lineage_jobs.remote_refs import RemoteRefs, read_remote_refs, require_no_branch_of_tag_name
from lineage_jobs.repository_access import RepositoryAccess, read_token
from lineage_jobs.script_git_settings import MARK, with_git_settings
from lineage_jobs.script_interpreter import prepare_interpreter
from lineage_jobs.script_process import JobStopped, StopRequest
from lineage_jobs.script_publication import adopt, is_published_by_script
from lineage_jobs.settings import CodeSettings, DataSettings, read_code_settings, read_data_settings
from lineage_jobs.user_code import UserCode, bring_code

_log = logging.getLogger(__name__)


def main(layout: Layout, arguments: Sequence[str]) -> int:
    """Run the job; gives its exit code."""
    try:
        data, code = read_data_settings(os.environ), read_code_settings(os.environ)
        token = read_token(data.token_secret_arn) if data.token_secret_arn else None
        return preprocess(layout, data, code, RepositoryAccess(data.repository_url, token), arguments)
    except JobStopped:
        report_failure(layout.processing_failure, "the job was told to stop before its script ran")
        return STOPPED
    except Exception as error:
        if not isinstance(error, JobFailure):
            _log.exception("the job failed for a reason that it does not know")
        report_failure(layout.processing_failure, describe(error))
        return FAILED


def preprocess(
    layout: Layout, data: DataSettings, code: CodeSettings, access: RepositoryAccess, arguments: Sequence[str]
) -> int:
    """Run the script and publish; gives the script's exit code where it failed."""
    stop = StopRequest()
    with tempfile.TemporaryDirectory(prefix="lineage-job-") as scratch:
        repository = Path(scratch) / "data.git"
        repository.mkdir()
        git = open_repository(repository, access)
        with stop.interrupting():
            before = _require_publishable(git, data)
            inputs = configured_inputs(layout.processing_settings)
            job = configured_job(layout.processing_settings)
            brought = bring_code(code, layout.processing_code, Path(scratch))
            python = prepare_interpreter(brought.folder, Path(scratch))
            environment = with_git_settings(os.environ, data, Path(scratch) / MARK)
        layout.processing_dataset.mkdir(parents=True, exist_ok=True)
        end = stop.run([python, str(brought.script), *arguments], brought.folder, environment)
        if end.exit_code != 0:
            report_failure(layout.processing_failure, f"the script {code.script} {end.description}; see the job's log")
            return end.exit_code
        if stop.received:
            report_failure(layout.processing_failure, "the job was told to stop before its dataset was published")
            return STOPPED
        if is_published_by_script(git, data, before, layout.processing_dataset):
            lineage = adopt(git, data, Path(scratch))
        else:
            lineage = make_dataset_version(
                git,
                layout.processing_dataset,
                data.location,
                data.branch,
                data.revision,
                data.remote_url,
                _message(data, brought),
            )
    complete = replace(lineage, inputs=inputs, processing_job=job)
    layout.lineage_output.mkdir(parents=True, exist_ok=True)
    (layout.lineage_output / FILE_NAME).write_text(complete.to_json(), encoding="utf-8")
    return 0


def _require_publishable(git: GitProgram, data: DataSettings) -> RemoteRefs:
    """Fail before the script runs for hours, not after; gives what the host has before it runs."""
    refs = read_remote_refs(git, data.branch, data.revision)
    require_no_branch_of_tag_name(refs, data.revision, data.branch)
    if refs.branch is not None:
        head = fetch_branch(git, data.branch)
        require_own_remote(git, head, data.remote_url)
        read_output(git, head, data.location)
    return refs


def _message(data: DataSettings, code: UserCode) -> str:
    lines = [f"data: {data.location.path} of {data.revision}", "", f"Data-Revision: {data.revision}"]
    if code.commit is not None:
        lines.append(f"Code-Commit: {code.commit}")
    return "\n".join(lines) + "\n"
