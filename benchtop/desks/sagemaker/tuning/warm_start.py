"""Warm start: what a tuning job may inherit, and what it takes from its parents.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-warm-start.html
What is inherited is copied when the job is created, so that deleting a parent changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchtop.desks.sagemaker.tuning.body import INJECTED, definition, sign
from benchtop.desks.sagemaker.tuning.plans import CONFIG, RANGES, Plan, plans_of
from benchtop.desks.sagemaker.tuning.quotas import Quotas, name_of, within
from benchtop.desks.sagemaker.tuning.rules import jobs_of, space_of
from benchtop.desks.sagemaker.tuning.tally import IDENTICAL, OBJECTIVE
from benchtop.door.refusals import ValidationException
from benchtop.runner.images import untagged
from benchtop.store.records import Record, Records, Search
from benchtop.tuner.space import Space
from benchtop.wire import Json

TUNING = "hyper-parameter-tuning-job"
OVER = ("Completed", "Stopped", "Failed")
PARENTS = 5
CHANGES = 10
"""So many hyperparameters may become static, or change their static value."""
TRANSFERRED = 3
"""So many of the parents' best configurations are tried first, where the data differ."""
FROZEN = (
    "Environment", "RetryStrategy", "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption", "HyperParameterTuningResourceConfig",
)  # fmt: skip
CHANGEABLE = (
    "Only the following fields in TrainingJobDefinition are allowed to change: "
    "[algorithmSpecification, inputDataConfig, outputDataConfig, staticHyperParameters, roleArn, "
    "resourceConfig, stoppingCondition, vpcConfig, enableManagedSpotTraining, checkpointConfig]."
)
NAMES = (
    "The set of tunable plus static HyperParameter names is not the same across current and parent "
    "tuning jobs. Please ensure this set is constant when warm starting. Note that previously "
    "static HyperParameters can be tuned in warm start jobs and vice versa."
)


def parents_of(records: Records, asked: Json) -> list[Record]:
    """The tuning jobs that a request starts from, if they may be its parents.

    Raises:
        ValidationException: names the parent, or the rule that is broken.
    """
    wanted = asked.get("WarmStartConfig")
    if not wanted:
        return []
    strategy = asked[CONFIG]["Strategy"]
    if strategy not in ("Bayesian", "Random"):
        raise ValidationException(
            f"WarmStartConfig is only supported with Bayesian and Random, not {strategy}."
        )
    names = [
        each["HyperParameterTuningJobName"] for each in wanted["ParentHyperParameterTuningJobs"]
    ]
    if len(names) > PARENTS or len({name.lower() for name in names}) < len(names):
        raise ValidationException(
            f"ParentHyperParameterTuningJobs needs at most {PARENTS} jobs, each named once."
        )
    parents = [_parent(records, name) for name in names]
    for parent in parents:
        _check(asked, parent)
    return parents


def check_inherited(parents: list[Record], asked: Json, quotas: Quotas) -> None:
    """Refuse more jobs than a tuning job may have, the parents' included.

    # AWS: documented that they count; unknown, whether it is checked at creation.
    """
    before = sum(int(each.body["_launched"]) for each in parents)
    if before:
        strategy = asked[CONFIG]["Strategy"]
        within(name_of(strategy), quotas.jobs_of(strategy), jobs_of(asked, quotas), before)


def inheritance(
    records: Records, parents: list[Record], asked: Json
) -> tuple[list[Json], list[dict[str, str]]]:
    """What the job takes over: observations as they are, or the best configurations to begin with.

    Returns:
        Observations (``values`` and ``objective``) where data and algorithm are the same, and
        configurations to try first where they are not.
    """
    if not parents:
        return [], []
    plan = plans_of(asked)[0]
    space, static = space_of(plan), plan.static
    identical = keeps_overall(asked)
    found = [
        each
        for parent in parents
        for each in _observations(records, parent, space, static if identical else {})
    ]
    if identical:
        return found, []
    turn = -1 if plan.objective["Type"] == "Maximize" else 1
    best = sorted(found, key=lambda each: float(turn * each["objective"]))
    points = {space.key(each["values"]): each["values"] for each in reversed(best)}
    return [], list(reversed(points.values()))[:TRANSFERRED]


def keeps_overall(asked: Json) -> bool:
    """Whether objectives of parents can be compared with the job's own."""
    return bool(asked["WarmStartConfig"]["WarmStartType"] == IDENTICAL)


def best_of(parents: list[Record]) -> Json | None:
    """The best training job of all parents, under its tuning job's name."""
    found = [
        {**parent.body["BestTrainingJob"], "TuningJobName": parent.name}
        for parent in parents
        if "BestTrainingJob" in parent.body
    ]
    return min(
        found, key=lambda each: float(sign(parents[0].body) * each[OBJECTIVE]["Value"]),
        default=None,
    )  # fmt: skip


def _observations(
    records: Records, parent: Record, space: Space, static: dict[str, str]
) -> Iterator[Json]:
    """A parent's results that lie in the new space and agree with what is static now."""
    fixed = plans_of(parent.body)[0].static
    search = Search(kind="training-job", parent=parent.arn, scored=True, sort_by="Name")
    for child in records.search(search):
        full = {**fixed, **child.body["TunedHyperParameters"]}
        values = {name: full[name] for name in space.names}
        agrees = all(full[name] == value for name, value in static.items() if name != INJECTED)
        if space.holds(values) and agrees:
            yield {"values": values, "objective": child.score}


def _parent(records: Records, name: str) -> Record:
    parent = records.find(TUNING, name)
    if parent is None:
        raise ValidationException(
            f"Amazon SageMaker can't find a tuning job called {name}. Type another name."
        )
    if parent.status not in OVER:
        raise ValidationException(
            f"The parent tuning job {name} is in status {parent.status}; a parent must be "
            "Completed, Stopped or Failed."
        )
    return parent


def _check(asked: Json, parent: Record) -> None:
    plan, *_ = plans_of(asked)
    before, *more = plans_of(parent.body)
    if more:
        raise ValidationException(
            f"The parent tuning job {parent.name} tuned several algorithms; warm start is only "
            "supported when tuning a single algorithm."
        )
    if plan.objective != before.objective:
        raise ValidationException(
            f"The objective must be that of the parent tuning job {parent.name}: "
            f"{before.objective['Type']} {before.metric}."
        )
    shown, earlier = definition(plan.definition, before.metric), before.definition
    if any((shown.get(name) or None) != (earlier.get(name) or None) for name in FROZEN):
        raise ValidationException(CHANGEABLE)
    if keeps_overall(asked) and (_image(plan) != _image(before) or _data(shown) != _data(earlier)):
        # AWS: documented as a condition; unknown, whether and in which words it is enforced.
        raise ValidationException(
            f"With {IDENTICAL} the input data and the training image must be those of the parent "
            f"tuning job {parent.name}; use TransferLearning where they differ."
        )
    _check_names(plan, shown["StaticHyperParameters"], before)


def _image(plan: Plan) -> str:
    """The image without its version, which may differ where the algorithm stays the same."""
    return untagged(plan.image)


def _data(shown: Json) -> list[Json]:
    return sorted(shown.get("InputDataConfig") or [], key=lambda each: str(each["ChannelName"]))


def _check_names(plan: Plan, static: Json, before: Plan) -> None:
    tuned, earlier, fixed = _kinds(plan), _kinds(before), before.static
    if {*tuned, *static} - {INJECTED} != {*earlier, *fixed} - {INJECTED}:
        raise ValidationException(NAMES)
    for name in tuned.keys() & earlier.keys():
        if tuned[name] != earlier[name]:
            raise ValidationException(
                f"The type of hyperparameter [{name}] must stay what it is in the parent tuning "
                f"job: {earlier[name]}."
            )
    # AWS: unknown, how exactly it counts; here each hyperparameter counts once.
    changed = [name for name in static if name != INJECTED and fixed.get(name) != static[name]]
    if len(changed) > CHANGES:
        raise ValidationException(
            f"{len(changed)} hyperparameters became static or changed their static value since the "
            f"parent tuning job; at most {CHANGES} may."
        )


def _kinds(plan: Plan) -> dict[str, str]:
    return {
        each["Name"]: kind.removesuffix("ParameterRanges")
        for kind in RANGES
        for each in plan.ranges.get(kind) or []
    }
