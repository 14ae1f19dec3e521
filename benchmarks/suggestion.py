"""A Bayesian job of 750 training jobs: its last suggestion, and what Describe and List take then.

The training jobs cost nothing; everything else is as ever.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.row import Row
from benchmarks.search import tuned
from benchmarks.search.free import free_bench
from benchmarks.search.synthetic import SYNTHETIC
from benchtop.tuner.ranges import read_space
from benchtop.tuner.strategies import strategy_of
from benchtop.tuner.trials import Trial

JOBS = 750
PENDING = 5
TIMES = 15
SUGGESTION_MS = 50.0
ANSWER_MS = 10.0
PROBLEM = next(each for each in SYNTHETIC if each.name == "levy")
NAME = "long"
SORTS = ("Name", "CreationTime", "Status", "FinalObjectiveMetricValue")


def measure(folder: Path) -> Iterator[Row]:
    """Medians, in milliseconds."""
    with free_bench(folder / "state", {PROBLEM.name: PROBLEM}, "tpe") as client:
        began = time.perf_counter()
        tuned.begin(client, _asked(NAME, JOBS))
        trials = tuned.found(client, NAME)
        seconds = time.perf_counter() - began
        tuned.begin(client, _asked("short", 2 * PENDING))
        few = tuned.found(client, "short")
        for what, one, other in _answers(client):
            yield _row(what, one, other, ANSWER_MS)
    yield _row("Bayesian suggestion", partial(_suggested, trials), partial(_suggested, few),
               SUGGESTION_MS)  # fmt: skip
    yield Row(
        what=f"a free training job of {JOBS}, all included", value=seconds * 1000 / JOBS,
        unit="ms", against="its suggestion", yardstick=_median(partial(_suggested, trials)),
    )  # fmt: skip


def _row(what: str, one: Callable[[], Any], other: Callable[[], Any], promise: float) -> Row:
    return Row(
        what=f"{what}, {JOBS} training jobs", value=_median(one), unit="ms",
        against=f"{2 * PENDING} training jobs", yardstick=_median(other), limit_value=promise,
    )  # fmt: skip


def _answers(client: Any) -> Iterator[tuple[str, Callable[[], Any], Callable[[], Any]]]:
    """What a client asks, of the long job and of the short one."""
    describe = client.describe_hyper_parameter_tuning_job
    listed = client.list_training_jobs_for_hyper_parameter_tuning_job
    yield "DescribeHyperParameterTuningJob", *_both(describe)
    yield "ListHyperParameterTuningJobs", *(client.list_hyper_parameter_tuning_jobs,) * 2
    for sort in SORTS:
        yield f"List its training jobs by {sort}", *_both(listed, SortBy=sort, MaxResults=100)
    last = _last_page(client)
    yield "the last page of them", partial(listed, **last), _both(listed)[1]


def _both(call: Any, **given: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    one, other = (
        partial(call, HyperParameterTuningJobName=each, **given) for each in (NAME, "short")
    )
    return one, other


def _last_page(client: Any) -> dict[str, Any]:
    pages = client.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=NAME, PaginationConfig={"PageSize": 100}
    )
    tokens = [page["NextToken"] for page in pages if "NextToken" in page]
    return {"HyperParameterTuningJobName": NAME, "MaxResults": 100, "NextToken": tokens[-1]}


def _suggested(trials: list[tuned.Ended]) -> object:
    """What comes after all of these, of which some are repeated as running."""
    space = read_space(PROBLEM.ranges, {})
    finished = [
        Trial(number=number, values=each.values, loss=each.loss)
        for number, each in enumerate(trials, start=1)
    ]
    running = [
        Trial(number=len(trials) + number, values=each.values)
        for number, each in enumerate(trials[:PENDING], start=1)
    ]
    number = len(trials) + PENDING + 1
    return strategy_of("Bayesian").suggest(space, finished, running, 1, number)


def _median(call: Callable[[], Any]) -> float:
    times = []
    call()
    for _ in range(TIMES):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _asked(name: str, jobs: int) -> tuned.Asked:
    return tuned.Asked(
        name=name,
        problem=PROBLEM,
        strategy="Bayesian",
        seed=1,
        durations=1,
        workers=PENDING,
        jobs=jobs,
    )
