"""The benchmark of search quality: it runs, and its statistics say what they mean."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.search import direct
from benchmarks.search.clockwork import Clockwork
from benchmarks.search.judging import (
    Comparison,
    compared,
    jobs_until,
    mean_ranks,
    regrets,
    warm_and_cold,
    won,
)
from benchmarks.search.searches import DIRECT, METHODS, OURS, PROBLEMS, RANDOM, Found

ROOT = Path(__file__).parents[2]


@pytest.fixture
def found() -> Found:
    """Two seeds of three jobs each, on a problem whose least loss is 0."""
    losses = {
        OURS: [[4.0, 1.0, 2.0], [3.0, 3.0, 2.0]],
        DIRECT: [[4.0, 2.0, 2.0], [3.0, 1.0, 1.0]],
        RANDOM: [[4.0, 4.0, 4.0], [4.0, 8.0, 3.0]],
    }
    return Found(problem="ackley", losses=losses, identical=[[2.0, 1.0], [2.0]], transferred=[])


def test_it_runs_through_the_public_api() -> None:
    """The quick run searches three problems, and prints every table and promise."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", "search", "--quick"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert "3 problems, 9 searches of 50 jobs for each method" in ran.stdout
    for wanted in ("| branin | synthetic |", "identical data", "better than random: p", *METHODS):
        assert wanted in ran.stdout


def test_each_problem_has_an_optimum_that_nothing_beats() -> None:
    """There are six synthetic problems, of known least loss, and six real ones."""
    kinds = [each.kind for each in PROBLEMS.values()]
    assert kinds.count("synthetic") == kinds.count("real") == 6
    for problem in PROBLEMS.values():
        if problem.optimum is not None:
            assert min(direct.losses(problem, 1, 5, 40)) >= problem.optimum


def test_trials_end_out_of_order_but_always_the_same() -> None:
    """Five are at work at any time, all end, and a seed says in which order."""
    ends = [
        [ended for number in range(20) for ended in clock.begin(number)]
        for clock in (Clockwork(5, 20, 1), Clockwork(5, 20, 1), Clockwork(5, 20, 2))
    ]

    assert sorted(ends[0]) == list(range(20))
    assert ends[0] == ends[1] != ends[2]
    assert ends[0] != sorted(ends[0])


def test_regret_is_between_the_best_and_the_typical(found: Found) -> None:
    """A regret of 1 is the median random configuration, and 0 the least loss there is."""
    assert regrets(found, RANDOM, 1) == [1.0, 1.0]
    assert regrets(found, OURS, 3) == [0.25, 0.5]


def test_ranks_share_ties(found: Found) -> None:
    """Methods that found the same share their places."""
    assert mean_ranks([found], METHODS, 3) == {OURS: 1.5, DIRECT: 1.5, RANDOM: 3.0}
    assert mean_ranks([found], METHODS, 1)[RANDOM] == statistics.fmean([2.0, 3.0])


def test_the_sign_test_is_exact() -> None:
    """Ties are left out; ten heads of ten are one chance in 1,024."""
    assert won([(1, 2), (2, 1), (1, 1), (0, 5)]) == Comparison(wins=2, losses=1)
    assert Comparison(wins=10, losses=0).p_better == 1 / 1024
    assert Comparison(wins=10, losses=0).p_worse == 1.0
    assert Comparison(wins=120, losses=120).most_losses == pytest.approx(0.553, abs=0.001)


def test_methods_are_compared_seed_by_seed(found: Found) -> None:
    """A pair is one problem and one seed; the smaller of the best losses wins."""
    assert compared([found], OURS, DIRECT, 3) == Comparison(wins=1, losses=1)
    assert compared([found], OURS, RANDOM, 3) == Comparison(wins=2, losses=0)


def test_jobs_until_a_target_are_counted(found: Found) -> None:
    """A target that is never reached counts as one job more than there were."""
    assert jobs_until([3.0, 2.0, 1.0], 2.0, 3) == 2
    assert jobs_until([3.0, 2.0, 1.0], 0.5, 3) == 4
    assert warm_and_cold(found, 3) == [(2, 4), (1, 2)]
