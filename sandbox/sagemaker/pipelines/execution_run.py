"""Runs the steps of one execution, each as soon as all that it waits for has succeeded."""

from __future__ import annotations

import threading
import time

from sandbox.sagemaker.event_delivery import EventDelivery
from sandbox.sagemaker.pipelines.condition_work import OUTCOME
from sandbox.sagemaker.pipelines.execution_documents import execution_change, step_change
from sandbox.sagemaker.pipelines.execution_record import ExecutionRecord, StepRecord
from sandbox.sagemaker.pipelines.step_attempt import Services, StepEnd
from sandbox.sagemaker.pipelines.step_run import StepRun
from sandbox.sagemaker.pipelines.steps import Step

_REASON_CHARACTERS = 1024
_STEP_FAILED = "Step failure: One or multiple steps failed."


class ExecutionRun:
    """Read the record while holding ``lock``: changes and the events about them happen together."""

    def __init__(
        self,
        record: ExecutionRecord,
        services: Services,
        events: EventDelivery,
    ) -> None:
        self.record = record
        self.lock = threading.RLock()
        self._services = services
        self._events = events
        self._changed = threading.Condition(self.lock)
        self._stop_requested = threading.Event()
        self._running = 0
        self._thread = threading.Thread(target=self._run, name=f"execution {record.id}", daemon=True)

    def start(self) -> None:
        self._events.publish(execution_change(self.record, None))
        self._thread.start()

    def stop(self) -> None:
        """Steps that run are stopped, and no other is started."""
        with self.lock:
            self._set_status("Stopping")
            for step in self.record.steps.values():
                if step.status in ("Starting", "Executing"):
                    self._set_step_status(step, "Stopping")
            self._stop_requested.set()

    def close(self) -> None:
        """Start nothing more: the sandbox ends."""
        self._stop_requested.set()

    def _run(self) -> None:
        with self._changed:
            while True:
                self._start_ready_steps()
                if not self._running:
                    break
                self._changed.wait()
            self._finish()

    def _start_ready_steps(self) -> None:
        record = self.record
        if self._stop_requested.is_set() or any(step.status == "Failed" for step in record.steps.values()):
            return
        succeeded = {name for name, step in record.steps.items() if step.status == "Succeeded"}
        for name, step in record.definition.steps.items():
            if record.most_parallel_steps is not None and self._running >= record.most_parallel_steps:
                return
            if name not in record.steps and step.depends_on <= succeeded and self._is_in_taken_branch(step):
                started = record.steps[name] = StepRecord(step)
                self._running += 1
                self._events.publish(step_change(record, started, None))
                threading.Thread(target=self._run_step, args=(started,), name=f"step {name}", daemon=True).start()

    def _is_in_taken_branch(self, step: Step) -> bool:
        """Of a step whose condition has been decided."""
        branch = step.branch
        return branch is None or self.record.steps[branch.condition].properties[OUTCOME] == branch.outcome

    def _run_step(self, step: StepRecord) -> None:
        run = StepRun(self.record, step, self._services, self._change_step, self._stop_requested)
        end = run.run()
        with self._changed:
            self._end_step(step, end)
            self._running -= 1
            self._changed.notify_all()

    def _change_step(self, step: StepRecord, status: str) -> None:
        with self.lock:
            # a later attempt finds it Executing, and a stop may have come first.
            if step.status == "Starting":
                self._set_step_status(step, status)

    def _end_step(self, step: StepRecord, end: StepEnd) -> None:
        step.end_time = time.time()
        step.failure_reason = end.reason[:_REASON_CHARACTERS] if end.reason else None
        self._set_step_status(step, end.status)

    def _set_step_status(self, step: StepRecord, status: str) -> None:
        previous, step.status = step.status, status
        self.record.last_modified_time = time.time()
        self._events.publish(step_change(self.record, step, previous))

    def _finish(self) -> None:
        record = self.record
        record.end_time = time.time()
        if self._stop_requested.is_set():
            self._set_status("Stopped")
        elif any(step.status != "Succeeded" for step in record.steps.values()):
            record.failure_reason = _STEP_FAILED
            self._set_status("Failed")
        else:
            self._set_status("Succeeded")

    def _set_status(self, status: str) -> None:
        previous, self.record.status = self.record.status, status
        self.record.last_modified_time = time.time()
        self._events.publish(execution_change(self.record, previous))
