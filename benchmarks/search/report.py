"""The measured tables, as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from benchmarks.search.judging import (
    Comparison,
    compared,
    mean_ranks,
    regrets,
    transferred_and_cold,
    warm_and_cold,
    won,
)
from benchmarks.search.searches import DIRECT, JOBS, METHODS, OURS, PROBLEMS, RANDOM, Found

AT = (10, 20, 50)


def tables(found: Sequence[Found]) -> Iterator[str]:
    """Lines of Markdown: all problems, each problem, comparisons, warm starts."""
    yield from _overall(found)
    yield from _each(found)
    yield from _comparisons(found)
    yield from _warm(found)


def _overall(found: Sequence[Found]) -> Iterator[str]:
    runs = len(found) * len(found[0].identical)
    yield f"\n{len(found)} problems, {runs} searches of {AT[-1]} jobs for each method.\n"
    yield "| | mean rank @10 | @20 | @50 | median regret @10 | @20 | @50 |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    ranks = [mean_ranks(found, METHODS, at) for at in AT]
    for method in METHODS:
        medians = [_median(found, method, at) for at in AT]
        yield (
            f"| {method} | {' | '.join(f'{each[method]:.2f}' for each in ranks)} "
            f"| {' | '.join(f'{each:.3f}' for each in medians)} |"
        )


def _each(found: Sequence[Found]) -> Iterator[str]:
    yield f"\nMedian regret @{AT[-1]}, problem by problem.\n"
    yield f"| problem | | {' | '.join(METHODS)} |"
    yield f"| --- | --- |{' --- |' * len(METHODS)}"
    for each in found:
        row = [f"{_median([each], method, AT[-1]):.3f}" for method in METHODS]
        yield f"| {each.problem} | {PROBLEMS[each.problem].kind} | {' | '.join(row)} |"


def _median(found: Sequence[Found], method: str, at: int) -> float:
    return statistics.median(value for each in found for value in regrets(each, method, at))


def _comparisons(found: Sequence[Found]) -> Iterator[str]:
    yield f"\nPaired by problem and seed @{AT[-1]}; exact one-sided sign tests.\n"
    yield "| | wins, losses | p: better | p: worse |"
    yield "| --- | --- | --- | --- |"
    for kind in ("all", "synthetic", "real"):
        chosen = [each for each in found if kind in {"all", PROBLEMS[each.problem].kind}]
        for other in (RANDOM, DIRECT):
            if chosen:
                result = compared(chosen, OURS, other, AT[-1])
                yield f"| {OURS} against {other}, {kind} {_tested(result)}"


def _tested(result: Comparison) -> str:
    return f"| {result} | {result.p_better:.2g} | {result.p_worse:.2g} |"


def _warm(found: Sequence[Found]) -> Iterator[str]:
    yield f"\nWarm start, jobs of at most {JOBS} ({JOBS + 1}: not reached).\n"
    yield "| | median, warm | median, cold | warm wins, losses | p: better |"
    yield "| --- | --- | --- | --- | --- |"
    yield _row("identical data: until the parent's best", identical(found))
    related = [pair for each in found for pair in transferred_and_cold(each, JOBS)]
    if related:
        yield _row(f"related data: until a cold search's median @{JOBS}", related)


def identical(found: Sequence[Found]) -> list[tuple[int, int]]:
    """Jobs until the parent's best, warm and cold, of all problems and seeds."""
    return [pair for each in found for pair in warm_and_cold(each, JOBS)]


def _row(what: str, pairs: list[tuple[int, int]]) -> str:
    warm, cold = (statistics.median(each) for each in zip(*pairs, strict=True))
    result = won(pairs)
    return f"| {what} | {warm:g} | {cold:g} | {result} | {result.p_better:.2g} |"
