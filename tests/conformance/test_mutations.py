"""Whatever is done to a valid request, it gets an answer, and a refusal leaves no trace."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchtop.wire import Json
from tests.conformance.bench import Bench
from tests.conformance.rule import CREATE, TRAIN, changed
from tests.conformance.test_rules import contents
from tests.conformance.valid import TRAINING, TUNING, categorical, definition, several, warm

FULL = changed(
    TUNING,
    {
        "C.Strategy": "Hyperband",
        "C.StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 9}},
        "C.TuningJobCompletionCriteria": {
            "TargetObjectiveMetricValue": 0.1,
            "BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3},
            "ConvergenceDetected": {"CompleteOnConvergence": "Enabled"},
        },
        "L.MaxRuntimeInSeconds": 999,
        "R.IntegerParameterRanges": [{"Name": "n", "MinValue": "1", "MaxValue": "9"}],
        "R.CategoricalParameterRanges": [{"Name": "c", "Values": ["a", "b"]}],
        "R.AutoParameters": [{"Name": "a", "ValueHint": "0.5"}],
        "Autotune": {"Mode": "Enabled"},
        "D.Environment": {"A": "1"},
        "D.RetryStrategy": {"MaximumRetryAttempts": 2},
        "D.CheckpointConfig": {"S3Uri": "s3://bucket/checkpoints"},
        "D.EnableManagedSpotTraining": True,
        "D.StoppingCondition.MaxWaitTimeInSeconds": 60,
        "Tags": [{"Key": "team", "Value": "b"}],
    },
)
VALID: list[tuple[str, Json]] = [
    (CREATE, TUNING),
    (CREATE, FULL),
    (CREATE, changed(TUNING, {"C.Strategy": "Grid", "R": categorical(2, 2)})),
    (CREATE, changed(TUNING, several(definition("a"), definition("b")))),
    (CREATE, changed(TUNING, {"C.Strategy": "Bayesian",
                              "WarmStartConfig": warm("IdenticalDataAndAlgorithm")})),
    (TRAIN, TRAINING),
    ("ListHyperParameterTuningJobs", {"MaxResults": 2, "NameContains": "a", "SortBy": "Name",
                                      "CreationTimeAfter": 1.5}),
    ("ListTrainingJobsForHyperParameterTuningJob", {"N": "parent", "SortBy": "Status"}),
    ("DescribeTrainingJob", {"TrainingJobName": "none"}),
    ("StopHyperParameterTuningJob", {"HyperParameterTuningJobName": "parent"}),
]  # fmt: skip
NUMBERS = [0, 1, -1, 3, 2**31, 2**63, 10**400, 0.5, -0.0, 1e300]
TEXTS = [
    "", "0", "1", "0.5", "1e-7", "-1", "1e999", "nan", "\u0661",
    "1_0", "9" * 400, "a" * 70, "a_b", "x", "loss", "epochs",
    "Grid", "Hyperband", "Bayesian", "Auto", "Logarithmic", "ReverseLogarithmic", "Pipe", "s3://",
    "s3://bucket/../x", "s3://bucket", "((", "(a+)+$", "\x00", "\ud800", "😀", "\n", "${x}",
    "parent", "TransferLearning", "Enabled", "mine:1", "other:1", "sagemaker-xgboost:1.7-1",
]  # fmt: skip
JUNK: list[Any] = [
    None, True, False, *NUMBERS, *TEXTS, [], {}, [[]], [None], [{}], {"": ""}, {"x": None},
    {"a": {"b": [1]}},
]  # fmt: skip

Place = tuple[Any, str | int]


def places(value: Any) -> list[Place]:
    """Every member and item below a value: what holds it, and under which key."""
    found: list[Place] = []
    keys: Any = value.keys() if isinstance(value, dict) else range(len(value))
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], dict | list):
            found += places(value[key])
    return found


def _drop(holder: Any, key: Any, _: Any) -> None:
    del holder[key]


def _replace(holder: Any, key: Any, junk: Any) -> None:
    holder[key] = junk


def _alike(holder: Any, key: Any, junk: Any) -> None:
    """Put another value of the same type there, which the model may well take."""
    value = holder[key]
    if isinstance(value, str):
        holder[key] = junk if isinstance(junk, str) else str(junk)
    elif isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, int | float):
        holder[key] = value + 1 if isinstance(junk, str) else value * 100


def _double(holder: Any, key: Any, _: Any) -> None:
    if isinstance(holder, list):
        holder.append(holder[key])
    else:
        holder[f"{key}2"] = holder[key]


def _wrap(holder: Any, key: Any, _: Any) -> None:
    holder[key] = [holder[key]]


def _crowd(holder: Any, key: Any, _: Any) -> None:
    if isinstance(holder[key], list):
        holder[key] = holder[key] * 31
    elif isinstance(holder[key], dict):
        holder[key] |= {f"k{n}": "1" for n in range(101)}


MOVES: list[Callable[[Any, Any, Any], None]] = [
    _drop,
    _replace,
    _alike,
    _alike,
    _alike,
    _double,
    _wrap,
    _crowd,
]


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, Json]:
    """An operation, and a request that was valid before up to three things happened to it."""
    operation, request = draw(st.sampled_from(VALID))
    mutated = changed(deepcopy(request), {})
    if "N" in mutated:
        mutated["HyperParameterTuningJobName"] = mutated.pop("N")
    for _ in range(draw(st.integers(1, 3))):
        if found := places(mutated):
            holder, key = found[draw(st.integers(0, len(found) - 1))]
            draw(st.sampled_from(MOVES))(holder, key, deepcopy(draw(st.sampled_from(JUNK))))
    return operation, mutated


@settings(
    max_examples=1000, deadline=5000, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(mutated=mutations())
def test_no_request_is_a_fault(whole_bench: Bench, mutated: tuple[str, Json]) -> None:
    """A thousand mutated requests are answered within seconds, never by 500; refused: no trace."""
    operation, request = mutated
    whole_bench.empty()
    whole_bench.raw(CREATE, changed(TUNING, {"N": "parent"}))
    whole_bench.do("work")
    known = contents(whole_bench)

    status, answer = whole_bench.raw(operation, json.loads(json.dumps(request)))

    assert status in (200, 400), answer
    if status == 400:
        assert answer["__type"]
        assert contents(whole_bench) == known
    else:
        whole_bench.do("work")
