"""Steps that are one request to SageMaker: jobs, models, endpoint configurations."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, replace

from benchtop.desks.sagemaker.pipelines.steps import Ask, Ending
from benchtop.desks.sagemaker.pipelines.steps.fitting import fit_request
from benchtop.door.refusals import Refusal, ResourceInUse
from benchtop.interpreter.definition import Step
from benchtop.interpreter.values import Scope, resolve
from benchtop.store.records import Missing, Record, Records
from benchtop.wire import Json

ALPHABET = string.ascii_letters + string.digits
BEST = 50
"""As many training jobs of a tuning step can be referred to, best first."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What the API calls one kind of thing.

    Attributes:
        thing: the resource, as in CreateModel, DescribeModel and ModelName.
        record: the kind of its record.
        done: the statuses of success; empty where the thing is complete once it is there.
        failed: the statuses of failure.
        longest: how long its name may be.
        metadata: what a step's Metadata calls it.
        stops: whether it can be asked to stop.
    """

    thing: str
    record: str
    metadata: str
    done: frozenset[str] = frozenset({"Completed"})
    failed: frozenset[str] = frozenset({"Failed"})
    stops: bool = False
    longest: int = 63

    @property
    def name(self) -> str:
        """The member that holds its name."""
        return f"{self.thing}Name"


KINDS = {
    "Processing": Kind(
        thing="ProcessingJob", record="processing-job", metadata="ProcessingJob", stops=True
    ),
    "Training": Kind(
        thing="TrainingJob", record="training-job", metadata="TrainingJob", stops=True
    ),
    "Tuning": Kind(
        thing="HyperParameterTuningJob", record="hyper-parameter-tuning-job",
        metadata="TuningJob", stops=True, longest=32,
    ),
    "Model": Kind(thing="Model", record="model", metadata="Model", done=frozenset()),
    "EndpointConfig": Kind(
        thing="EndpointConfig", record="endpoint-config", metadata="EndpointConfig",
        done=frozenset(),
    ),
}  # fmt: skip


class JobSteps:
    """Starts, watches and stops what one kind of step makes."""

    def __init__(self, kind: Kind, records: Records, ask: Ask) -> None:
        self._kind = kind
        self._records = records
        self._ask = ask

    def name(self, execution: Record, step: Step) -> str:
        """``pipelines-<execution>-<step>-<random>``, as the service names its jobs."""
        return job_name(execution.name, step.name, self._kind.longest)

    def prepare(self, step: Step, scope: Scope) -> Json:
        """The Create request; it lacks the name."""
        operation = f"Create{self._kind.thing}"
        return fit_request(operation, step.arguments, resolve(step.arguments, scope))

    def launch(self, execution: Record, step: Step, state: Json) -> Json:  # noqa: ARG002 - a Doer
        """Create the thing; one of this name that is there already is ours, from before a crash."""
        name = self._named(state)
        try:
            self._ask(f"Create{self._kind.thing}", {**state["_request"], self._kind.name: name})
        except Refusal as no:
            if not taken(no) or self._records.find(self._kind.record, name) is None:
                raise
        child = adopt(self._records, self._kind.record, name, execution)
        return {"Metadata": {self._kind.metadata: {"Arn": child.arn}}, "_child": name}

    def look(self, execution: Record, step: Step, state: Json) -> Ending | None:  # noqa: ARG002 - a Doer
        """Read the thing's record."""
        child = self._records.find(self._kind.record, state["_child"])
        if child is None:
            return Ending(status="Failed", reason=f"{state['_child']} does not exist any more.")
        if not self._kind.done or child.status in self._kind.done:
            return Ending(status="Succeeded", properties=self._properties(child.name))
        if child.status in self._kind.failed:
            reason = child.body.get("FailureReason") or f"{self._kind.thing} {child.status}"
            return Ending(status="Failed", reason=reason)
        if child.status == "Stopped":
            return _stopped(execution, self._kind.thing)
        return None

    def stop(self, execution: Record, step: Step, state: Json) -> None:  # noqa: ARG002 - a Doer
        """Ask a job to stop; what cannot stop is waited for."""
        if self._kind.stops:
            self._ask(f"Stop{self._kind.thing}", {self._kind.name: state["_child"]})

    def _named(self, state: Json) -> str:
        """The chosen name, after the one that the definition gives, if it gives one."""
        given = state["_request"].get(self._kind.name)
        if not given:
            return str(state["_name"])
        suffix = state["_name"].rpartition("-")[2]
        return f"{given[: self._kind.longest - len(suffix) - 1].rstrip('-')}-{suffix}"

    def _properties(self, name: str) -> Json:
        return self._ask(f"Describe{self._kind.thing}", {self._kind.name: name})


class TuningSteps(JobSteps):
    """A tuning job; its properties have the training jobs too, best first."""

    def _properties(self, name: str) -> Json:
        found = super()._properties(name)
        objective = found["HyperParameterTuningJobConfig"].get("HyperParameterTuningJobObjective")
        smaller_is_better = (objective or {}).get("Type") == "Minimize"
        listed = self._ask(
            "ListTrainingJobsForHyperParameterTuningJob",
            {
                "HyperParameterTuningJobName": name,
                "SortBy": "FinalObjectiveMetricValue",
                "SortOrder": "Ascending" if smaller_is_better else "Descending",
                "MaxResults": BEST,
            },
        )
        return {**found, "TrainingJobSummaries": listed["TrainingJobSummaries"]}


def adopt(records: Records, kind: str, name: str, execution: Record) -> Record:
    """Make the execution the parent of what it made, so that it hears how that goes on."""
    try:
        return records.change(kind, name, lambda record: replace(record, parent=execution.arn))
    except Missing:
        raise Refusal(f"{name} was created, and then does not exist.") from None


def taken(refusal: Refusal) -> bool:
    """Whether a Create was refused because the name exists."""
    return isinstance(refusal, ResourceInUse) or "already exist" in refusal.message


def job_name(execution: str, step: str, longest: int) -> str:
    """A job's name for a step of an execution, at most *longest* characters."""
    random = "".join(secrets.choice(ALPHABET) for _ in range(10))
    prefix = f"pipelines-{execution}-" if longest > len("pipelines-") * 4 else f"{execution}-"
    middle = step.replace("_", "-")[: longest - len(prefix) - len(random) - 1].strip("-")
    return f"{prefix}{middle}-{random}" if middle else f"{prefix}{random}"


def _stopped(execution: Record, thing: str) -> Ending:
    if execution.status == "Stopping":
        return Ending(status="Stopped")
    # AWS: unknown, what a job stopped from outside, or by its time limit, does to its step.
    return Ending(status="Failed", reason=f"The {thing} was stopped.")
