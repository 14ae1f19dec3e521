"""Autotune: the service chooses what a request leaves open.

# AWS: unknown, what exactly it chooses; Describe shows what was chosen here.
https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-autotune.html
"""

from __future__ import annotations

from copy import deepcopy

from benchtop.desks.sagemaker.tuning.plans import CONFIG, ONE, SEVERAL, Plan, plans_of
from benchtop.desks.sagemaker.tuning.rules import space_of
from benchtop.door.refusals import ValidationException
from benchtop.tuner.hints import ranges_of
from benchtop.tuner.metrics import XGBOOST
from benchtop.tuner.ranges import RangeError
from benchtop.wire import Json

JOBS_EACH, FEWEST, MOST = 10, 20, 100
"""So many training jobs for each hyperparameter, at least and at most."""
RETRIES = 3
EFFECTIVE = {
    "alpha": ("Continuous", "0", "1000"),
    "min_child_weight": ("Continuous", "0", "120"),
    "subsample": ("Continuous", "0.5", "1"),
    "eta": ("Continuous", "0.1", "0.5"),
    "num_round": ("Integer", "1", "4000"),
}
"""XGBoost's hyperparameters of largest effect, with the ranges that AWS recommends.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html
"""


def settled(asked: Json) -> Json:
    """The request with everything chosen that Autotune leaves to the service.

    Raises:
        ValidationException: AutoParameters without Autotune, or with hints that are no numbers.
    """
    on = bool(asked.get("Autotune"))
    plans = plans_of(asked)
    if not on:
        for each in plans:
            if each.ranges.get("AutoParameters"):
                # AWS: unknown, what it does with them.
                raise ValidationException(
                    'AutoParameters are only supported with Autotune: {"Mode": "Enabled"}.'
                )
        return asked
    chosen = deepcopy(asked)
    ranges = [_ranges(each) for each in plans]
    if ONE in chosen:
        chosen[CONFIG]["ParameterRanges"] = ranges[0]
    for definition, own in zip(chosen.get(SEVERAL) or [], ranges, strict=False):
        definition["HyperParameterRanges"] = own
    for definition in chosen.get(SEVERAL) or [chosen[ONE]]:
        definition.setdefault("RetryStrategy", {"MaximumRetryAttempts": RETRIES})
    _limit(chosen)
    return chosen


def _ranges(plan: Plan) -> Json:
    given = {name: each for name, each in plan.ranges.items() if name != "AutoParameters"}
    hints = plan.ranges.get("AutoParameters") or []
    try:
        found = ranges_of(hints)
    except RangeError as fault:
        raise ValidationException(str(fault)) from None
    if not hints and not any(given.values()):
        found = _recommended(plan)
    kinds = dict.fromkeys((*given, *found))
    return {kind: [*(given.get(kind) or []), *found.get(kind, [])] for kind in kinds}


def _recommended(plan: Plan) -> dict[str, list[dict[str, str]]]:
    """The ranges of a built-in algorithm, without what is static; nothing for other images."""
    found: dict[str, list[dict[str, str]]] = {}
    if XGBOOST.search(plan.image) and "sagemaker_program" not in plan.static:
        for name, (kind, low, high) in EFFECTIVE.items():
            if name not in plan.static:
                one = {"Name": name, "MinValue": low, "MaxValue": high}
                found.setdefault(f"{kind}ParameterRanges", []).append(one)
    return found


def _limit(chosen: Json) -> None:
    """Choose what ends the tuning job, and its training jobs, where nothing does."""
    config = chosen[CONFIG]
    limits = config["ResourceLimits"]
    if config["Strategy"] != "Grid" and "MaxNumberOfTrainingJobs" not in limits:
        limits["MaxNumberOfTrainingJobs"] = _jobs(plans_of(chosen))
    config.setdefault(
        "TuningJobCompletionCriteria", {"ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}}
    )
    if config["Strategy"] != "Hyperband" and len(plans_of(chosen)) == 1:
        config.setdefault("TrainingJobEarlyStoppingType", "Auto")


def _jobs(plans: list[Plan]) -> int:
    spaces = [space_of(each) for each in plans]
    count = sum(len(each.dimensions) for each in spaces)
    combinations = sum(each.size for each in spaces)
    return int(min(max(FEWEST, JOBS_EACH * count), MOST, combinations))
