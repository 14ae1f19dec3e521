"""All searches of one problem: each method with each seed, and warm starts from what they found."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.search import direct, tuned
from benchmarks.search.free import free_bench
from benchmarks.search.problem import Problem
from benchmarks.search.synthetic import SYNTHETIC
from benchmarks.search.trainings import REAL
from benchmarks.search.tuned import IDENTICAL, TRANSFER, Asked

PROBLEMS: dict[str, Problem] = {each.name: each for each in (*SYNTHETIC, *REAL)}
RELATED = {"newark": "kennedy", "kennedy": "newark"}
"""Where the parent tuned the same on other data."""
WORKERS = 5
JOBS = 50
OURS, RANDOM, DIRECT = "benchtop Bayesian", "benchtop Random", "Optuna directly"
METHODS = (OURS, DIRECT, RANDOM)
STRATEGIES = {OURS: "Bayesian", RANDOM: "Random"}
Losses: TypeAlias = list[float]


@dataclass(frozen=True, kw_only=True)
class Search:
    """What to search, and how often."""

    problem: str
    seeds: int
    engine: str = "tpe"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found on one problem: for each seed the losses, in the order of the ends."""

    problem: str
    losses: dict[str, list[Losses]]
    """By method."""
    identical: list[Losses]
    """Of jobs that were warm-started from the Bayesian search of the same seed."""
    transferred: list[Losses]
    """Of jobs that were warm-started from a search on related data; empty where there is none."""


def run(search: Search) -> Found:
    """Run all searches of a problem in a benchtop of their own."""
    problem = PROBLEMS[search.problem]
    names = {problem.name, RELATED.get(problem.name, problem.name)}
    with (
        tempfile.TemporaryDirectory() as folder,
        free_bench(
            Path(folder) / "state", {each: PROBLEMS[each] for each in names}, search.engine
        ) as client,
    ):
        losses = {
            method: _ended(client, list(_cold(problem, strategy, search.seeds)))
            for method, strategy in STRATEGIES.items()
        }
        return Found(
            problem=problem.name,
            losses={**losses, DIRECT: _directly(problem, search.seeds)},
            identical=_ended(client, list(_warm(problem, problem, IDENTICAL, search.seeds))),
            transferred=_transferred(client, problem, search.seeds),
        )


def _transferred(client: Any, problem: Problem, seeds: int) -> list[Losses]:
    if problem.name not in RELATED:
        return []
    parent = PROBLEMS[RELATED[problem.name]]
    _ended(client, list(_cold(parent, STRATEGIES[OURS], seeds)))
    return _ended(client, list(_warm(problem, parent, TRANSFER, seeds)))


def _directly(problem: Problem, seeds: int) -> list[Losses]:
    return [direct.losses(problem, seed, WORKERS, JOBS) for seed in range(seeds)]


def _cold(problem: Problem, strategy: str, seeds: int) -> Iterator[Asked]:
    for seed in range(seeds):
        name = f"{problem.name}-{strategy}-{seed}"
        yield Asked(
            name=name, problem=problem, strategy=strategy, seed=seed, durations=seed,
            workers=WORKERS, jobs=JOBS,
        )  # fmt: skip


def _warm(problem: Problem, parent: Problem, kind: str, seeds: int) -> Iterator[Asked]:
    """A child has other seeds than its parent, or it would begin with the same points."""
    for seed in range(seeds):
        yield Asked(
            name=f"{problem.name}-{kind[:8]}-{seed}",
            problem=problem,
            strategy="Bayesian",
            seed=1000 + seed,
            durations=seed,
            workers=WORKERS,
            jobs=JOBS,
            parent=f"{parent.name}-Bayesian-{seed}",
            warm=kind,
        )


def _ended(client: Any, asked: list[Asked]) -> list[Losses]:
    for each in asked:
        tuned.begin(client, each)
    return [[trial.loss for trial in tuned.found(client, each.name)] for each in asked]
