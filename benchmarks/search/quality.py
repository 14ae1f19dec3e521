"""``python -m benchmarks search``: run all searches, print the tables, keep the promises."""

from __future__ import annotations

import argparse
import multiprocessing
import platform
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

import optuna

from benchmarks.row import Row
from benchmarks.search import report
from benchmarks.search.judging import compared, regrets, won
from benchmarks.search.searches import DIRECT, OURS, PROBLEMS, RANDOM, Found, Search, run

SEEDS = 20
QUICK = ("branin", "styblinski", "wine")
QUICK_SEEDS = 3
CERTAIN = 0.001
DOUBT = 0.05
MOST_LOSSES = 0.6
"""Not worse: with 95 % confidence the other wins no more than this share of all pairs."""


def main(arguments: Sequence[str]) -> int:
    """Search, print, and return 0 if every promise is kept."""
    options = _parser().parse_args(arguments)
    names = QUICK if options.quick else tuple(PROBLEMS)
    seeds = options.seeds or (QUICK_SEEDS if options.quick else SEEDS)
    began = time.perf_counter()
    asked = [Search(problem=name, seeds=seeds, engine=options.engine) for name in names]
    with ProcessPoolExecutor(options.processes, multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(run, asked))
    print(_told(options.engine, seeds, time.perf_counter() - began))
    for line in report.tables(found):
        print(line)
    return _judged(found, binding=not options.quick)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks search", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 problems, 3 seeds, no promises")
    parser.add_argument("--seeds", type=int, help=f"of each search (default: {SEEDS})")
    parser.add_argument("--engine", choices=["tpe", "gp"], default="tpe", help="of Bayesian search")
    parser.add_argument("--processes", type=int, default=2, help="at once (default: 2)")
    return parser


def _told(engine: str, seeds: int, seconds: float) -> str:
    return (
        f"{platform.platform()}, Python {platform.python_version()}, optuna {optuna.__version__}, "
        f"engine {engine}, {seeds} seeds, {seconds:.0f} s"
    )


def _judged(found: Sequence[Found], *, binding: bool) -> int:
    print(f"\n{Row.HEAD}")
    kept = True
    for row in rows(found, binding=binding):
        print(row)
        kept &= row.kept
    return 0 if kept else 1


def rows(found: Sequence[Found], *, binding: bool) -> Iterator[Row]:
    """What is promised of the search, beside what was found; promises bind where they can."""
    at = report.AT[-1]
    random, direct = compared(found, OURS, RANDOM, at), compared(found, OURS, DIRECT, at)
    ours, theirs = (
        statistics.median(value for each in found for value in regrets(each, method, at))
        for method in (OURS, DIRECT)
    )
    warm = won(report.identical(found))
    yield Row(
        what=f"median regret @{at}", value=ours, unit="", against=DIRECT, yardstick=theirs,
    )  # fmt: skip
    for what, value, limit in (
        ("better than random: p of the sign test", random.p_better, CERTAIN),
        ("worse than Optuna directly: 1 - p of the sign test", 1 - direct.p_worse, 1 - DOUBT),
        ("share of pairs that Optuna directly wins, at most", direct.most_losses, MOST_LOSSES),
        ("warm start faster than cold: p of the sign test", warm.p_better, CERTAIN),
    ):
        yield Row(
            what=what, value=value, unit="", against="promise", yardstick=limit,
            limit_value=limit if binding else None,
        )  # fmt: skip
