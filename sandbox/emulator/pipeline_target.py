"""Rules and schedules that start SageMaker pipelines, which the emulator does not know as targets."""

from __future__ import annotations

import contextvars
import logging
import os
import threading
from typing import Any

import botocore.config
import botocore.session
from botocore.exceptions import BotoCoreError, ClientError
from ministack.services import eventbridge

from sandbox.emulator.authorization import Denial
from sandbox.emulator.service_session import ServiceSessionError, SessionRequest, open_service_session
from sandbox.emulator.settings import EmulatorSettings

logger = logging.getLogger(__name__)


class NotStarted(Exception):
    """The role of the target does not let the service start the pipeline."""


def install_pipeline_targets(settings: EmulatorSettings) -> None:
    deliver = eventbridge._invoke_target

    def deliver_to_pipelines_too(
        target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None
    ) -> None:
        arn = target.get("Arn", "")
        if not arn.startswith("arn:aws:sagemaker:") or ":pipeline/" not in arn:
            deliver(target, event, rule, view)
            return

        def start() -> None:
            try:
                _start(target, rule, settings)
            except (NotStarted, ServiceSessionError, ClientError, BotoCoreError) as error:
                logger.warning("%s did not start %s: %s", rule.get("Arn"), arn, error)
                dead_letters = (target.get("DeadLetterConfig") or {}).get("Arn")
                if dead_letters:
                    # as a target of its own, so that the policy of the queue is asked.
                    eventbridge._invoke_target({"Id": target.get("Id"), "Arn": dead_letters}, event, rule, view)

        # SageMaker asks this process whether the role may: the event loop must stay free.
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(start,), name=f"start {arn}", daemon=True).start()

    eventbridge._invoke_target = deliver_to_pipelines_too


def _start(target: dict[str, Any], rule: dict[str, Any], settings: EmulatorSettings) -> None:
    service = "scheduler.amazonaws.com" if ":schedule/" in rule.get("Arn", "") else "events.amazonaws.com"
    role = SessionRequest.parse({"service": service, "roleArn": target.get("RoleArn"), "sessionName": "Events"})
    session = open_service_session(role, settings.account, settings.region)
    if isinstance(session, Denial):
        raise NotStarted(session.message)
    sagemaker = botocore.session.get_session().create_client(
        "sagemaker",
        region_name=settings.region,
        endpoint_url=os.environ["AWS_ENDPOINT_URL_SAGEMAKER"],
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
        config=botocore.config.Config(retries={"mode": "standard"}),
    )
    parameters = (target.get("SageMakerPipelineParameters") or {}).get("PipelineParameterList") or []
    sagemaker.start_pipeline_execution(PipelineName=target["Arn"], PipelineParameters=parameters)
