"""What a tuning job's request must be, beyond what its shape says; refusals in AWS's wording.

# AWS: where the wording is unknown, the sentence names the members that disagree.
"""

from __future__ import annotations

from benchtop.desks.sagemaker.tuning.quotas import PARALLEL, Quotas, name_of, within
from benchtop.door.refusals import NotHonoured, ValidationException
from benchtop.tuner.metrics import defined
from benchtop.tuner.ranges import RangeError, check_enough, read_space
from benchtop.tuner.space import Space
from benchtop.tuner.strategies import STRATEGIES
from benchtop.tuner.strategies.hyperband import Resources, inferred
from benchtop.wire import Json

ENVIRONMENT = 48
LONGEST = 20_000
"""AWS's limit of MaxResource."""


def check(asked: Json, quotas: Quotas) -> None:
    """Refuse a request that contradicts itself, or asks for what is not built.

    Raises:
        Refusal: for the first rule that is broken.
    """
    config, definition = asked["HyperParameterTuningJobConfig"], asked.get("TrainingJobDefinition")
    if definition is None:
        raise ValidationException(
            "A tuning job needs exactly one of TrainingJobDefinition and TrainingJobDefinitions."
        )
    _check_built(config, definition)
    _check_objective(config, definition)
    space = space_of(config, definition)
    _check_strategy(config, definition, space)
    _check_limits(config, space, quotas)
    check_resources(definition)
    check_stopping(definition)


def space_of(config: Json, definition: Json) -> Space:
    """The space that the request's ranges describe."""
    try:
        return read_space(
            config.get("ParameterRanges") or {}, definition.get("StaticHyperParameters") or {}
        )
    except RangeError as fault:
        raise ValidationException(str(fault)) from None


def jobs_of(config: Json, space: Space, quotas: Quotas) -> int:
    """How many training jobs to start at most."""
    given = config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
    most = space.size if config["Strategy"] == "Grid" else quotas.jobs_of(config["Strategy"])
    return int(given) if given else int(min(most, space.size))


def _check_built(config: Json, definition: Json) -> None:
    if config["Strategy"] not in STRATEGIES:
        raise NotHonoured(
            f"Strategy {config['Strategy']} is not honoured by benchtop yet: use one of "
            f"{', '.join(STRATEGIES)}, or run this on AWS."
        )
    if (config.get("ParameterRanges") or {}).get("AutoParameters"):
        raise _unknown("ParameterRanges.AutoParameters")
    for member in ("TuningObjective", "HyperParameterRanges"):
        if definition.get(member):
            raise _unknown(f"TrainingJobDefinition.{member}")
    if definition["AlgorithmSpecification"].get("AlgorithmName"):
        raise _unknown("AlgorithmSpecification.AlgorithmName")


def _unknown(member: str) -> NotHonoured:
    return NotHonoured(f"{member} is not honoured by benchtop: remove it, or run this on AWS.")


def _check_objective(config: Json, definition: Json) -> None:
    objective = config.get("HyperParameterTuningJobObjective")
    if objective is None:
        raise ValidationException(
            "HyperParameterTuningJobObjective is required with TrainingJobDefinition."
        )
    algorithm = definition["AlgorithmSpecification"]
    image = algorithm.get("TrainingImage")
    if not image:
        raise ValidationException("AlgorithmSpecification needs a TrainingImage.")
    given = algorithm.get("MetricDefinitions") or []
    if defined(image, given, objective["MetricName"]) is None:
        raise ValidationException(
            "A metric is required for this hyperparameter tuning job objective. Provide a metric "
            "in the metric definitions."
        )


def _check_strategy(config: Json, definition: Json, space: Space) -> None:
    match config["Strategy"]:
        case "Grid":
            _check_grid(config, space)
        case "Hyperband":
            _check_hyperband(config, definition)
    if config.get("StrategyConfig") and config["Strategy"] != "Hyperband":
        raise ValidationException(
            f"StrategyConfig is only supported with strategy Hyperband, not {config['Strategy']}."
        )


def _check_grid(config: Json, space: Space) -> None:
    ranges = config.get("ParameterRanges") or {}
    if ranges.get("IntegerParameterRanges") or ranges.get("ContinuousParameterRanges"):
        raise ValidationException(
            "Strategy Grid supports only categorical hyperparameters: remove "
            "IntegerParameterRanges and ContinuousParameterRanges."
        )
    jobs = config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
    if jobs is not None and jobs != space.size:
        raise ValidationException(
            f"MaxNumberOfTrainingJobs [{jobs}] must be the number of combinations of the grid, "
            f"[{space.size:.0f}]; it may also be left out."
        )


def _check_hyperband(config: Json, definition: Json) -> None:
    if config.get("TrainingJobEarlyStoppingType") == "Auto":
        raise ValidationException(
            "TrainingJobEarlyStoppingType must be Off with strategy Hyperband, which stops "
            "training jobs by itself."
        )
    if "MaxResource" not in _hyperband(config) and not inferred(
        definition.get("StaticHyperParameters") or {}
    ):
        raise ValidationException(
            "MaxResource parameter is not provided and could not be inferred from provided static "
            "hyperparameters of TrainingJobDefinition."
        )
    resources = resources_of(config, definition)
    if resources.most > LONGEST:
        raise ValidationException(f"MaxResource [{resources.most}] is greater than {LONGEST}.")
    if resources.least > resources.most:
        raise ValidationException(
            f"MinResource [{resources.least}] is greater than MaxResource [{resources.most}]."
        )


def resources_of(config: Json, definition: Json) -> Resources:
    """How many epochs the jobs of a Hyperband search may use."""
    given = _hyperband(config)
    static = definition.get("StaticHyperParameters") or {}
    most = given.get("MaxResource") or inferred(static) or 1
    return Resources(least=given.get("MinResource") or 1, most=int(most))


def _hyperband(config: Json) -> Json:
    return (config.get("StrategyConfig") or {}).get("HyperbandStrategyConfig") or {}


def _check_limits(config: Json, space: Space, quotas: Quotas) -> None:
    limits = config["ResourceLimits"]
    within(PARALLEL, quotas.parallel, limits["MaxParallelTrainingJobs"])
    jobs = limits.get("MaxNumberOfTrainingJobs")
    if jobs is None and config["Strategy"] == "Grid":
        jobs = int(space.size)
    if jobs is not None:
        within(name_of(config["Strategy"]), quotas.jobs_of(config["Strategy"]), jobs)
        try:
            check_enough(space, jobs)
        except RangeError as fault:
            raise ValidationException(str(fault)) from None
    elif not limits.get("MaxRuntimeInSeconds") and not config.get("TuningJobCompletionCriteria"):
        # AWS: unknown, what it does without any limit.
        raise ValidationException(
            "MaxNumberOfTrainingJobs is required with strategy "
            f"{config['Strategy']}, unless MaxRuntimeInSeconds or TuningJobCompletionCriteria "
            "limits the tuning job."
        )


def check_resources(definition: Json) -> None:
    """Refuse a definition that says twice, or nowhere, what its training jobs run on."""
    plain, tuned = (
        definition.get("ResourceConfig"), definition.get("HyperParameterTuningResourceConfig"),
    )  # fmt: skip
    if bool(plain) == bool(tuned):
        raise ValidationException(
            "TrainingJobDefinition needs exactly one of ResourceConfig and "
            "HyperParameterTuningResourceConfig."
        )
    if tuned and bool(tuned.get("InstanceConfigs")) == bool(tuned.get("InstanceType")):
        raise ValidationException(
            "HyperParameterTuningResourceConfig needs exactly one of InstanceConfigs and "
            "InstanceType."
        )
    if len(definition.get("Environment") or {}) > ENVIRONMENT:
        raise ValidationException(
            f"Environment has more than the {ENVIRONMENT} entries that a tuning job may have."
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
