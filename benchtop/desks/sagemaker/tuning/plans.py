"""What a tuning job tunes: one training job definition, or up to ten side by side.

With one, objective and ranges stand in the tuning job's configuration; with several, each
definition has its own. A plan is a definition with both, wherever they stood.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchtop.wire import Json

ONE, SEVERAL = "TrainingJobDefinition", "TrainingJobDefinitions"
CONFIG = "HyperParameterTuningJobConfig"
OBJECTIVE = "HyperParameterTuningJobObjective"
RANGES = ("IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One definition, and what is tuned of it."""

    name: str
    """DefinitionName; one definition alone may have none."""
    place: str
    """Where the definition stands in the request."""
    definition: Json
    objective: Json
    """MetricName and Type; nothing where the request lacks it."""
    ranges: Json

    @property
    def metric(self) -> str:
        """The objective metric."""
        return str(self.objective["MetricName"])

    @property
    def static(self) -> dict[str, str]:
        """The hyperparameters that are not tuned."""
        return self.definition.get("StaticHyperParameters") or {}

    @property
    def image(self) -> str:
        """The image of the training jobs."""
        return str(self.definition["AlgorithmSpecification"].get("TrainingImage") or "")


def plans_of(job: Json) -> list[Plan]:
    """The plans of a tuning job, given its request or its record's body."""
    if SEVERAL in job:
        return [_own(each, number) for number, each in enumerate(job[SEVERAL], 1)]
    config, definition = job[CONFIG], job[ONE]
    return [
        Plan(
            name=definition.get("DefinitionName") or "",
            place=ONE,
            definition=definition,
            objective=config.get(OBJECTIVE) or {},
            ranges=config.get("ParameterRanges") or {},
        )
    ]


def plan_of(body: Json, child: Json) -> Plan:
    """The plan that a training job of a tuning job came from."""
    plans = plans_of(body)
    name = child.get("TrainingJobDefinitionName")
    return next((each for each in plans if each.name == name), plans[0])


def _own(definition: Json, number: int) -> Plan:
    return Plan(
        name=definition.get("DefinitionName") or "",
        place=f"{SEVERAL}.{number}",
        definition=definition,
        objective=definition.get("TuningObjective") or {},
        ranges=definition.get("HyperParameterRanges") or {},
    )
