"""A benchtop whose training jobs cost nothing: all of it is real but the runner.

What a job's objective is, and when it ends, follows from its hyperparameters: it names a problem,
and a seed of durations.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from benchmarks.search.clockwork import Clockwork
from benchmarks.search.problem import Problem
from benchtop.bench import Bench
from benchtop.runner.jobs.runner import Runner
from benchtop.runner.jobs.work import Outcome, Reports, Work
from benchtop.settings import Settings
from benchtop.wire import Json

METRIC = "loss"


class FreeRunner(Runner):
    """Ends each job when its turn has come, without running anything."""

    def __init__(self, *given: Any, problems: Mapping[str, Problem], **options: Any) -> None:
        super().__init__(*given, **options)
        self._problems = problems
        self._clocks: dict[str, Clockwork] = {}

    def begin(self, work: Work, reports: Reports, *, stopping: bool = False) -> None:  # noqa: ARG002
        """Begin a job; end those that end before the next one can begin."""
        request: Json = work.request  # type: ignore[attr-defined]  # all of these are training
        told = request["HyperParameters"]
        clock = self._clocks.setdefault(
            request["TuningJobArn"],
            Clockwork(int(told["workers"]), int(told["in_all"]), int(told["durations"])),
        )
        for done, values in clock.begin((reports, told)):
            self._end(done, values)

    def _end(self, reports: Reports, told: Mapping[str, str]) -> None:
        loss = self._problems[told["problem"]].loss(told)
        final = {"MetricName": METRIC, "Value": loss, "Timestamp": time.time()}
        reports.entered("Training")
        reports.ended(
            Outcome(status="Completed", secondary="Completed", exit_code=0, metrics=[final])
        )


class FreeBench(Bench):
    """A benchtop in this process, heard over HTTP as ever."""

    def __init__(self, settings: Settings, problems: Mapping[str, Problem]) -> None:
        super().__init__(settings)
        self._problems = problems

    def hire(self, *given: Any, **options: Any) -> Runner:
        """The runner that runs nothing."""
        return FreeRunner(*given, problems=self._problems, **options)


@contextmanager
def free_bench(folder: Path, problems: Mapping[str, Problem], engine: str) -> Iterator[Any]:
    """A boto3 client of such a benchtop."""
    bench = FreeBench(Settings(state=folder, port=0, bayesian_engine=engine), problems)
    bench.start(lasting=False)
    try:
        yield boto3.client(
            "sagemaker", endpoint_url=bench.settings.endpoint, region_name="us-east-1",
            aws_access_key_id="benchtop", aws_secret_access_key="benchtop",
        )  # fmt: skip
    finally:
        bench.stop()
