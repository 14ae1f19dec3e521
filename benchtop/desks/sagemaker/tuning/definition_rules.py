"""What a tuning job's training job definitions must be, each alone and all together.

# AWS: where the wording is unknown, the sentence names the members that disagree.
"""

from __future__ import annotations

from collections import Counter

from benchtop.desks.sagemaker.tuning.plans import CONFIG, OBJECTIVE, ONE, SEVERAL, Plan, plans_of
from benchtop.door.refusals import NotHonoured, ValidationException
from benchtop.tuner.metrics import defined
from benchtop.tuner.ranges import MOST
from benchtop.tuner.space import Space
from benchtop.wire import Json

ENVIRONMENT = 48
FLAT = ("InstanceType", "InstanceCount", "VolumeSizeInGB")
CONFIGURED = ("ParameterRanges", OBJECTIVE)
DEFINED = ("DefinitionName", "TuningObjective", "HyperParameterRanges")


def check_definitions(asked: Json) -> None:
    """Refuse a request whose definitions, objectives and ranges stand in the wrong places.

    Raises:
        ValidationException: names the members.
    """
    if (ONE in asked) == (SEVERAL in asked):
        raise ValidationException(f"A tuning job needs exactly one of {ONE} and {SEVERAL}.")
    config = asked[CONFIG]
    if ONE in asked:
        _check_one(config, asked[ONE])
        return
    for member in CONFIGURED:
        if any((config.get(member) or {}).values()):
            raise ValidationException(
                f"{CONFIG}.{member} is only supported with {ONE}; with {SEVERAL} each definition "
                f"has its own {'TuningObjective' if member == OBJECTIVE else DEFINED[2]}."
            )
    plans = plans_of(asked)
    _check_members(plans)
    if len(plans) > 1:
        _check_alone(asked)


def _check_one(config: Json, definition: Json) -> None:
    for member in ("TuningObjective", "HyperParameterRanges"):
        if definition.get(member):
            raise ValidationException(
                f"{ONE}.{member} is only supported in {SEVERAL}; with {ONE} it belongs to {CONFIG}."
            )
    if not config.get(OBJECTIVE):
        raise ValidationException(f"{OBJECTIVE} is required with {ONE}.")


def _check_members(plans: list[Plan]) -> None:
    for plan in plans:
        for member in DEFINED:
            if not plan.definition.get(member):
                raise ValidationException(f"{member} is required in each of {SEVERAL}.")
    for name, times in Counter(each.name for each in plans).items():
        if times > 1:
            raise ValidationException(
                f"The DefinitionName [{name}] is used {times} times in {SEVERAL}; each must be "
                "unique."
            )
    if len({each.objective["Type"] for each in plans}) > 1:
        raise ValidationException(
            f"The Type of TuningObjective must be the same in all of {SEVERAL}: their objectives "
            "are compared with each other."
        )


def _check_alone(asked: Json) -> None:
    # AWS: its console offers both for a single algorithm only; the wording is unknown.
    if asked[CONFIG].get("TrainingJobEarlyStoppingType") == "Auto":
        raise ValidationException(
            "TrainingJobEarlyStoppingType Auto is only supported when tuning a single algorithm."
        )
    if asked.get("WarmStartConfig"):
        raise ValidationException(
            "WarmStartConfig is only supported when tuning a single algorithm."
        )


def check_algorithm(plan: Plan) -> None:
    """Refuse an algorithm that benchtop has not, or that is no image."""
    algorithm = plan.definition["AlgorithmSpecification"]
    if bool(algorithm.get("TrainingImage")) == bool(algorithm.get("AlgorithmName")):
        raise ValidationException(
            "Exactly one of TrainingImage and AlgorithmName must be given in "
            "AlgorithmSpecification."
        )
    if algorithm.get("AlgorithmName"):
        raise NotHonoured(
            "AlgorithmSpecification.AlgorithmName is not honoured by benchtop: remove it, or run "
            "this on AWS."
        )


def check_objective(plan: Plan) -> None:
    """Refuse an objective that the training jobs do not report."""
    given = plan.definition["AlgorithmSpecification"].get("MetricDefinitions") or []
    if defined(plan.image, given, plan.metric) is None:
        raise ValidationException(
            "A metric is required for this hyperparameter tuning job objective. Provide a metric "
            "in the metric definitions."
        )


def check_together(plans: list[Plan], spaces: list[Space]) -> None:
    """Refuse more ranges or variables than a tuning job may have over all definitions."""
    tuned = sum(len(each.dimensions) for each in spaces)
    if tuned > MOST:
        raise ValidationException(
            f"{SEVERAL} name {tuned} hyperparameters; at most {MOST} can be tuned."
        )
    variables = sum(len(each.definition.get("Environment") or {}) for each in plans)
    if variables > ENVIRONMENT:
        raise ValidationException(
            f"Environment has more than the {ENVIRONMENT} entries that a tuning job may have."
        )


def check_resources(place: str, definition: Json) -> None:
    """Refuse a definition that says twice, or nowhere, what its training jobs run on."""
    plain, tuned = (
        definition.get("ResourceConfig"), definition.get("HyperParameterTuningResourceConfig"),
    )  # fmt: skip
    if bool(plain) == bool(tuned):
        raise ValidationException(
            f"{place} needs exactly one of ResourceConfig and HyperParameterTuningResourceConfig."
        )
    if not tuned:
        return
    flat = [name for name in FLAT if tuned.get(name)]
    if bool(tuned.get("InstanceConfigs")) == bool(flat) or (flat and len(flat) < len(FLAT)):
        raise ValidationException(
            "HyperParameterTuningResourceConfig needs either InstanceConfigs or InstanceType, "
            "InstanceCount and VolumeSizeInGB."
        )


def check_stopping(definition: Json) -> None:
    """Refuse waiting times that do not go with managed spot training, or are too short for it."""
    condition = definition["StoppingCondition"]
    wait, run = condition.get("MaxWaitTimeInSeconds"), condition.get("MaxRuntimeInSeconds")
    if not definition.get("EnableManagedSpotTraining"):
        if wait is not None:
            raise ValidationException(
                "Invalid MaxWaitTimeInSeconds. It is only supported when "
                "EnableManagedSpotTraining is set to true"
            )
        return
    if wait is None:
        raise ValidationException(
            "MaxWaitTimeInSeconds is required when EnableManagedSpotTraining is set to true."
        )
    if run is not None and wait < run:
        raise ValidationException(
            f"Invalid MaxWaitTimeInSeconds. It must be at least MaxRuntimeInSeconds, [{run}]."
        )
