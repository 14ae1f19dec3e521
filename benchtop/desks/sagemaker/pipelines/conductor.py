"""Moves a pipeline execution on: looks at what runs, asks what is next, and starts it.

Everything lives in the execution's record. What is about to be started is written down first, with
its name, so that whoever comes after a crash starts it under the same name, or finds it there.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from benchtop.desks.sagemaker.pipelines.steps import Doer, Ending
from benchtop.desks.sagemaker.pipelines.steps.caching import Cache, signature
from benchtop.desks.sagemaker.pipelines.steps.scopes import Scopes
from benchtop.desks.sagemaker.pipelines.steps.states import States
from benchtop.door.refusals import InternalFailure, Refusal
from benchtop.interpreter import retries
from benchtop.interpreter.definition import Definition, Step, read
from benchtop.interpreter.execution import Next, what_next
from benchtop.interpreter.faults import ValueFault
from benchtop.store.records import Record, Records
from benchtop.store.s3.objects import Objects
from benchtop.wire import Json

UNDER_WAY = frozenset({"Executing", "Stopping"})
REQUESTS = {
    "Processing": "CreateProcessingJob",
    "Training": "CreateTrainingJob",
    "Tuning": "CreateHyperParameterTuningJob",
    "Model": "CreateModel",
    "RegisterModel": "CreateModelPackage",
    "EndpointConfig": "CreateEndpointConfig",
    "Endpoint": "CreateEndpoint",
}
definition_of = lru_cache(maxsize=16)(read)

log = logging.getLogger(__name__)


class Conductor:
    """Advances executions; the doers know how each type of step is done."""

    def __init__(
        self, records: Records, objects: Objects, states: States, doers: Mapping[str, Doer]
    ) -> None:
        self._records = records
        self._states = states
        self._scopes = Scopes(objects)
        self._doers = doers
        self._cache = Cache(records, objects)

    def advance(self, arn: str) -> float | None:
        """Do what can be done now; when to be asked again, if by the clock."""
        while True:
            execution = self._records.at(arn)
            if execution is None or execution.status not in UNDER_WAY:
                return None
            definition = definition_of(execution.body["_definition"])
            if self._look(execution, definition):
                continue
            plan = self._plan(execution, definition)
            if plan.ended:
                self._states.end(execution.name, plan.ended, plan.reason)
                return None
            if not plan.start and not plan.stop:
                return self._wake(execution, plan)
            for name in plan.stop:
                self._stop(execution, definition.steps[name])
            for name in plan.start:
                self._start(self._records.get(execution.kind, execution.name), definition, name)

    def _plan(self, execution: Record, definition: Definition) -> Next:
        parallelism = execution.body.get("ParallelismConfiguration") or {}
        return what_next(
            definition,
            execution.body["_steps"],
            now=time.time(),
            limit=parallelism.get("MaxParallelExecutionSteps"),
            stopping=execution.status == "Stopping",
        )

    def _wake(self, execution: Record, plan: Next) -> float | None:
        deadlines = [
            state["_deadline"]
            for state in execution.body["_steps"].values()
            if "EndTime" not in state and "_deadline" in state
        ]
        return min([*deadlines, *([plan.wake] if plan.wake else [])], default=None)

    def _look(self, execution: Record, definition: Definition) -> bool:
        """Note what has ended since; whether anything has."""
        changed = False
        for name, state in execution.body["_steps"].items():
            if "EndTime" in state or state.get("_retry_at"):
                continue
            step = definition.steps[name]
            if state["StepStatus"] == "Starting":
                self._launch(execution, step, state)
                changed = True
                continue
            ending = self._ending(execution, step, state)
            if ending:
                self._finish(execution, step, state, ending)
                changed = True
        return changed

    def _ending(self, execution: Record, step: Step, state: Json) -> Ending | None:
        try:
            ending = self._doers[step.type].look(execution, step, state)
        except Refusal as no:
            return Ending(status="Failed", reason=no.message)
        except Exception:
            log.exception("Step %s of %s could not be looked at.", step.name, execution.arn)
            return Ending(status="Failed", reason=InternalFailure().message)
        if ending is None and time.time() > state.get("_deadline", float("inf")):
            return Ending(status="Failed", reason=f"The {step.type} step timed out.")
        return ending

    def _start(self, execution: Record, definition: Definition, name: str) -> None:
        """Write down what a step is about to do, and do it."""
        step = definition.steps[name]
        doer = self._doers[step.type]
        now = time.time()
        before = execution.body["_steps"].get(name) or {}
        state: Json = {
            "StepName": name,
            "StepDisplayName": step.body.get("DisplayName"),
            "StepDescription": step.body.get("Description"),
            "StepStatus": "Starting",
            "StartTime": before.get("StartTime", now),
            "AttemptCount": before.get("AttemptCount", 0) + 1,
            "_name": doer.name(execution, step),
            "_launched": now,
        }
        state = {member: value for member, value in state.items() if value is not None}
        try:
            scope = self._scopes.of(execution, step, state, now)
            state["_request"] = doer.prepare(step, scope)
        except ValueFault as fault:
            self._states.put(execution.name, name, state)
            self._fail(execution, step, state, f"ClientError: {fault}", None)
            return
        except Exception:
            log.exception("Step %s of %s could not be prepared.", name, execution.arn)
            self._states.put(execution.name, name, state)
            self._fail(execution, step, state, InternalFailure().message, None)
            return
        found = self._cache.find(execution, step, state["_request"], now)
        if found:
            self._states.put(execution.name, name, {**state, **found, "EndTime": now})
            return
        state["_signature"] = signature(step.type, state["_request"])
        self._states.put(execution.name, name, state)
        self._launch(execution, step, state)

    def _launch(self, execution: Record, step: Step, state: Json) -> None:
        try:
            noted = self._doers[step.type].launch(execution, step, state)
        except Refusal as no:
            self._refused(execution, step, state, no)
        except Exception:
            log.exception("Step %s of %s could not be started.", step.name, execution.arn)
            self._refused(execution, step, state, InternalFailure())
        else:
            self._states.note(execution.name, step.name, {"StepStatus": "Executing", **noted})

    def _refused(self, execution: Record, step: Step, state: Json, no: Refusal) -> None:
        operation = REQUESTS.get(step.type)
        words = no.message
        if operation:
            words = f"Failed to invoke sagemaker:{operation}. Error Details: {no.message}"
        exception = retries.refused_as(no.code, no.status)
        self._fail(execution, step, state, f"ClientError: {words}", exception)

    def _fail(
        self, execution: Record, step: Step, state: Json, reason: str, exception: str | None
    ) -> None:
        """Note a failure, or that it will be tried again."""
        now = time.time()
        attempts, began = state["AttemptCount"], state["StartTime"]
        at = retries.try_again(step.retries, exception, attempts, began, now)
        if at is not None and execution.status == "Executing":
            self._states.note(
                execution.name, step.name, {"StepStatus": "Executing", "_retry_at": at}
            )
            return
        failed = {
            "StepStatus": "Failed",
            "FailureReason": reason[:1024],
            "EndTime": now,
            "_retry_at": None,
        }
        self._states.note(execution.name, step.name, failed)

    def _finish(self, execution: Record, step: Step, state: Json, ending: Ending) -> None:
        if ending.status == "Failed":
            # AWS: the service words a job's failure so; a Fail step's message stands alone.
            reason = ending.reason if step.type == "Fail" else f"ClientError: {ending.reason}"
            self._fail(execution, step, state, reason, retries.failed_as(step.type, ending.reason))
            return
        properties = dict(ending.properties)
        if step.property_files:
            properties["PropertyFiles"] = self._scopes.property_files(step, properties)
        noted: Json = {
            "StepStatus": ending.status,
            "EndTime": time.time(),
            "_properties": json.loads(json.dumps(properties, default=_seconds)),
        }
        if ending.metadata:
            noted["Metadata"] = ending.metadata
        self._states.note(execution.name, step.name, noted)

    def _stop(self, execution: Record, step: Step) -> None:
        state = self._records.get(execution.kind, execution.name).body["_steps"][step.name]
        if state.get("_retry_at"):
            stopped = {"StepStatus": "Stopped", "EndTime": time.time(), "_retry_at": None}
            self._states.note(execution.name, step.name, stopped)
            return
        try:
            self._doers[step.type].stop(execution, step, state)
        except Refusal as no:  # it ended meanwhile, or cannot be stopped: it is waited for
            log.info("Step %s of %s is not stopped: %s", step.name, execution.arn, no.message)
        self._states.note(execution.name, step.name, {"StepStatus": "Stopping"})


def _seconds(value: Any) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(value)
