"""The types of steps that run here: each makes one job."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StepType:
    # begins the API's names: CreateProcessingJob, DescribeProcessingJob, ProcessingJobName, ProcessingJobArn.
    job: str

    @property
    def create(self) -> str:
        return f"Create{self.job}"

    @property
    def describe(self) -> str:
        return f"Describe{self.job}"

    @property
    def stop(self) -> str:
        return f"Stop{self.job}"

    @property
    def name_member(self) -> str:
        return f"{self.job}Name"

    @property
    def arn_member(self) -> str:
        return f"{self.job}Arn"

    @property
    def status_member(self) -> str:
        return f"{self.job}Status"


STEP_TYPES = {"Processing": StepType("ProcessingJob"), "Training": StepType("TrainingJob")}
