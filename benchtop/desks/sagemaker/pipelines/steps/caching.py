"""An earlier result instead of a new job: what counts as the same step, and what can be reused.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from benchtop.interpreter import retries
from benchtop.interpreter.definition import Step
from benchtop.store.records import Record, Records, Search
from benchtop.store.s3.objects import NoSuchBucket, Objects, split
from benchtop.wire import Json

COMPARED = {
    "Processing": ("AppSpecification", "Environment", "ProcessingInputs"),
    "Training": (
        "AlgorithmSpecification", "CheckpointConfig", "DebugHookConfig", "DebugRuleConfigurations",
        "Environment", "HyperParameters", "InputDataConfig",
    ),
    "Tuning": (
        "HyperParameterTuningJobConfig", "TrainingJobDefinition", "TrainingJobDefinitions",
    ),
    "Lambda": ("FunctionArn", "Payload"),
    "Callback": ("SqsQueueUrl", "arguments"),
    "EndpointConfig": ("EndpointConfigName", "ProductionVariants"),
    "Endpoint": ("EndpointName", "EndpointConfigName"),
}  # fmt: skip
"""The members that, when they are equal, make two steps the same; AWS: unknown, the last four."""

IN_DEFINITION = (
    "AlgorithmSpecification", "HyperParameterRanges", "InputDataConfig", "StaticHyperParameters",
    "TuningObjective",
)  # fmt: skip
"""What of a tuning step's TrainingJobDefinition counts."""

EARLIER = 200
"""As many executions are looked through, the newest first."""


class Cache:
    """Finds the newest success of the same step of the same pipeline."""

    def __init__(self, records: Records, objects: Objects) -> None:
        self._records = records
        self._objects = objects

    def find(self, execution: Record, step: Step, request: Json, now: float) -> Json | None:
        """What to note in the step's state instead of starting it; None when it must run."""
        config = step.body.get("CacheConfig") or {}
        if not config.get("Enabled") or step.type not in COMPARED:
            return None
        oldest = now - retries.seconds(config["ExpireAfter"]) if "ExpireAfter" in config else 0.0
        wanted = signature(step.type, request)
        for source, state in self._successes(execution, step):
            if state.get("_signature") != wanted or _original(state)["EndTime"] < oldest:
                continue
            if self._is_there(step, state):
                return _hit(source, state)
        return None

    def _successes(self, execution: Record, step: Step) -> Iterator[tuple[Record, Json]]:
        asked = Search(kind=execution.kind, parent=execution.parent, descending=True, limit=EARLIER)
        for earlier in self._records.search(asked):
            state = earlier.body["_steps"].get(step.name)
            mine = earlier.name == execution.name
            if state and not mine and state["StepStatus"] == "Succeeded":
                yield earlier, state

    def _is_there(self, step: Step, state: Json) -> bool:
        """Whether the outputs of a processing job still exist."""
        if step.type != "Processing":
            return True
        config = state["_properties"].get("ProcessingOutputConfig") or {}
        uris = [
            each["S3Output"]["S3Uri"] for each in config.get("Outputs", ()) if "S3Output" in each
        ]
        return all(self._has(uri) for uri in uris)

    def _has(self, uri: str) -> bool:
        bucket, key = split(uri)
        folder = f"{key.rstrip('/')}/"
        try:
            found = self._objects.each(bucket, key.rstrip("/"))
            return any(each.key == key or each.key.startswith(folder) for each in found)
        except NoSuchBucket:
            return False


def signature(step_type: str, request: Json) -> str | None:
    """What two steps of a type share when one result serves both."""
    if step_type not in COMPARED:
        return None
    counted = {name: request.get(name) for name in COMPARED[step_type]}
    inner = counted.get("TrainingJobDefinition")
    if isinstance(inner, dict):
        counted["TrainingJobDefinition"] = {name: inner.get(name) for name in IN_DEFINITION}
    return hashlib.sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()


def _original(state: Json) -> Json:
    """The state of the run that did the work, however often it was reused since."""
    original: Json = state.get("_original") or {"EndTime": state["EndTime"]}
    return original


def _hit(source: Record, state: Json) -> Json:
    copied = ("Metadata", "_properties", "_signature", "_child")
    before = state.get("CacheHitResult") or {"SourcePipelineExecutionArn": source.arn}
    return {
        **{name: state[name] for name in copied if name in state},
        "StepStatus": "Succeeded",
        "CacheHitResult": before,
        "_original": _original(state),
    }
