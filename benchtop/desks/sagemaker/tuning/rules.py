"""What a tuning job's request must be, beyond what its shape says; refusals in AWS's wording.

# AWS: where the wording is unknown, the sentence names the members that disagree.
"""

from __future__ import annotations

from benchtop.desks.sagemaker.tuning.definition_rules import (
    check_algorithm,
    check_objective,
    check_resources,
    check_stopping,
    check_together,
)
from benchtop.desks.sagemaker.tuning.plans import CONFIG, Plan, plans_of
from benchtop.desks.sagemaker.tuning.quotas import PARALLEL, Quotas, name_of, within
from benchtop.door.refusals import ValidationException
from benchtop.tuner.ranges import RangeError, check_enough, read_space
from benchtop.tuner.space import Space
from benchtop.tuner.strategies.hyperband import Resources, inferred
from benchtop.wire import Json

LONGEST = 20_000
"""AWS's limit of MaxResource."""


def check(asked: Json, quotas: Quotas) -> None:
    """Refuse a request that contradicts itself, or asks for what is not built.

    Raises:
        Refusal: for the first rule that is broken.
    """
    config, plans = asked[CONFIG], plans_of(asked)
    for plan in plans:
        check_algorithm(plan)
        check_objective(plan)
    spaces = [space_of(each) for each in plans]
    check_together(plans, spaces)
    _check_strategy(config, plans, spaces)
    _check_limits(config, size_of(spaces), quotas)
    for plan in plans:
        check_resources(plan.place, plan.definition)
        check_stopping(plan.definition)


def space_of(plan: Plan) -> Space:
    """The space that the request's ranges describe."""
    try:
        return read_space(plan.ranges, plan.static)
    except RangeError as fault:
        raise ValidationException(str(fault)) from None


def size_of(spaces: list[Space]) -> float:
    """How many configurations there are, over all definitions."""
    return sum(each.size for each in spaces)


def dimensions_of(body: Json) -> int:
    """How many hyperparameters are tuned, over all definitions."""
    return sum(len(space_of(each).dimensions) for each in plans_of(body))


def jobs_of(asked: Json, quotas: Quotas) -> int:
    """How many training jobs to start at most."""
    config = asked[CONFIG]
    given = config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
    if given:
        return int(given)
    size = size_of([space_of(each) for each in plans_of(asked)])
    grid = config["Strategy"] == "Grid"
    return int(size if grid else min(quotas.jobs_of(config["Strategy"]), size))


def _check_strategy(config: Json, plans: list[Plan], spaces: list[Space]) -> None:
    match config["Strategy"]:
        case "Grid":
            _check_grid(config, plans, size_of(spaces))
        case "Hyperband":
            for plan in plans:
                _check_hyperband(config, plan.static)
    if config.get("StrategyConfig") and config["Strategy"] != "Hyperband":
        raise ValidationException(
            f"StrategyConfig is only supported with strategy Hyperband, not {config['Strategy']}."
        )


def _check_grid(config: Json, plans: list[Plan], size: float) -> None:
    if any(
        plan.ranges.get(kind)
        for plan in plans
        for kind in ("IntegerParameterRanges", "ContinuousParameterRanges")
    ):
        raise ValidationException(
            "Strategy Grid supports only categorical hyperparameters: remove "
            "IntegerParameterRanges and ContinuousParameterRanges."
        )
    jobs = config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
    if jobs is not None and jobs != size:
        raise ValidationException(
            f"MaxNumberOfTrainingJobs [{jobs}] must be the number of combinations of the grid, "
            f"[{size:.0f}]; it may also be left out."
        )


def _check_hyperband(config: Json, static: dict[str, str]) -> None:
    if config.get("TrainingJobEarlyStoppingType") == "Auto":
        raise ValidationException(
            "TrainingJobEarlyStoppingType must be Off with strategy Hyperband, which stops "
            "training jobs by itself."
        )
    if "MaxResource" not in _hyperband(config) and not inferred(static):
        raise ValidationException(
            "MaxResource parameter is not provided and could not be inferred from provided static "
            "hyperparameters of TrainingJobDefinition."
        )
    resources = resources_of(config, static)
    if resources.most > LONGEST:
        raise ValidationException(f"MaxResource [{resources.most}] is greater than {LONGEST}.")
    if resources.least > resources.most:
        raise ValidationException(
            f"MinResource [{resources.least}] is greater than MaxResource [{resources.most}]."
        )


def resources_of(config: Json, static: dict[str, str]) -> Resources:
    """How many epochs the jobs of a Hyperband search may use."""
    given = _hyperband(config)
    most = given.get("MaxResource") or inferred(static) or 1
    return Resources(least=given.get("MinResource") or 1, most=int(most))


def _hyperband(config: Json) -> Json:
    return (config.get("StrategyConfig") or {}).get("HyperbandStrategyConfig") or {}


def _check_limits(config: Json, size: float, quotas: Quotas) -> None:
    limits = config["ResourceLimits"]
    within(PARALLEL, quotas.parallel, limits["MaxParallelTrainingJobs"])
    jobs = limits.get("MaxNumberOfTrainingJobs")
    if jobs is None and config["Strategy"] == "Grid":
        jobs = int(size)
    if jobs is not None:
        within(name_of(config["Strategy"]), quotas.jobs_of(config["Strategy"]), jobs)
        try:
            check_enough(size, jobs)
        except RangeError as fault:
            raise ValidationException(str(fault)) from None
    elif not limits.get("MaxRuntimeInSeconds") and not config.get("TuningJobCompletionCriteria"):
        # AWS: unknown, what it does without any limit.
        raise ValidationException(
            "MaxNumberOfTrainingJobs is required with strategy "
            f"{config['Strategy']}, unless MaxRuntimeInSeconds or TuningJobCompletionCriteria "
            "limits the tuning job."
        )
