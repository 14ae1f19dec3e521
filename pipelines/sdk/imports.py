"""Every import of the SageMaker SDK, and what must be true before the first of them."""

from __future__ import annotations

import logging
import os
from pathlib import Path

# The SDK makes a client in a class body, so it needs some region before it can be imported;
# which one does not matter: every client that counts is given the environment's region.
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
os.environ["SAGEMAKER_USER_CONFIG_OVERRIDE"] = str(Path(__file__).with_name("sagemaker.yaml"))
os.environ["SAGEMAKER_ADMIN_CONFIG_OVERRIDE"] = os.environ["SAGEMAKER_USER_CONFIG_OVERRIDE"]
# It also opens sessions while it is imported, which fail if the profile is not on this machine.
PROFILES = {
    name: os.environ.pop(name)
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
    if name in os.environ
}
for chatty in ("sagemaker", "sagemaker.config", "botocore"):
    logging.getLogger(chatty).setLevel(logging.ERROR)

from sagemaker.core import image_uris  # noqa: E402
from sagemaker.core.workflow.conditions import (  # noqa: E402
    Condition,
    ConditionGreaterThanOrEqualTo,
)
from sagemaker.core.workflow.execution_variables import (  # noqa: E402
    ExecutionVariables as Execution,
)
from sagemaker.core.workflow.functions import Join, JsonGet  # noqa: E402
from sagemaker.core.workflow.parameters import (  # noqa: E402
    ParameterFloat,
    ParameterInteger,
    ParameterString,
)
from sagemaker.core.workflow.pipeline_context import PipelineSession  # noqa: E402
from sagemaker.core.workflow.properties import Properties, PropertyFile  # noqa: E402
from sagemaker.mlops.workflow.condition_step import ConditionStep  # noqa: E402
from sagemaker.mlops.workflow.fail_step import FailStep  # noqa: E402
from sagemaker.mlops.workflow.pipeline import Pipeline  # noqa: E402
from sagemaker.mlops.workflow.retry import (  # noqa: E402
    RetryPolicy,
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    StepExceptionTypeEnum,
    StepRetryPolicy,
)
from sagemaker.mlops.workflow.steps import (  # noqa: E402
    CacheConfig,
    ConfigurableRetryStep,
    Step,
    StepTypeEnum,
)

os.environ.update(PROFILES)

__all__ = [
    "CacheConfig",
    "Condition",
    "ConditionGreaterThanOrEqualTo",
    "ConditionStep",
    "ConfigurableRetryStep",
    "Execution",
    "FailStep",
    "Join",
    "JsonGet",
    "ParameterFloat",
    "ParameterInteger",
    "ParameterString",
    "Pipeline",
    "PipelineSession",
    "Properties",
    "PropertyFile",
    "RetryPolicy",
    "SageMakerJobExceptionTypeEnum",
    "SageMakerJobStepRetryPolicy",
    "Step",
    "StepExceptionTypeEnum",
    "StepRetryPolicy",
    "StepTypeEnum",
    "image_uris",
]
