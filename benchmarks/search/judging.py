"""What the figures mean: regrets, ranks and sign tests. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from benchmarks.search.searches import OURS, PROBLEMS, RANDOM, Found, Losses

CONFIDENCE = 1.6448536269514722
"""So many standard errors, one-sided, are 95 %."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How often one of two won, ties left out."""

    wins: int
    losses: int

    @property
    def p_better(self) -> float:
        """The sign test's p that so many wins are luck (exact, one-sided)."""
        return _tail(self.wins, self.wins + self.losses)

    @property
    def p_worse(self) -> float:
        """The sign test's p that so many losses are luck (exact, one-sided)."""
        return _tail(self.losses, self.wins + self.losses)

    @property
    def most_losses(self) -> float:
        """The share of losses that is not exceeded, with 95 % confidence (Wilson)."""
        count = self.wins + self.losses
        share, z = self.losses / count, CONFIDENCE**2 / count
        spread = CONFIDENCE * math.sqrt(share * (1 - share) / count + z / (4 * count))
        return (share + z / 2 + spread) / (1 + z)

    def __str__(self) -> str:
        return f"{self.wins}, {self.losses}"


def compared(found: Sequence[Found], one: str, other: str, at: int) -> Comparison:
    """Of two methods, which found the smaller loss: problem by problem, seed by seed."""
    return won(
        (min(a[:at]), min(b[:at]))
        for each in found
        for a, b in zip(each.losses[one], each.losses[other], strict=True)
    )


def won(pairs: Iterable[tuple[float, float]]) -> Comparison:
    """Of pairs of figures, how often the first is smaller, and how often the second."""
    listed = list(pairs)
    return Comparison(wins=sum(a < b for a, b in listed), losses=sum(a > b for a, b in listed))


def regrets(found: Found, method: str, at: int) -> list[float]:
    """For each seed, how far the best so far is from the best there is.

    1 is the median random configuration, 0 the least loss that is known, or that anybody found.
    """
    typical = statistics.median(chain.from_iterable(found.losses[RANDOM]))
    best = _least(found)
    return [(min(each[:at]) - best) / (typical - best) for each in found.losses[method]]


def mean_ranks(found: Sequence[Found], methods: Sequence[str], at: int) -> dict[str, float]:
    """The mean place of each method, over problems and seeds; ties share theirs."""
    places: dict[str, list[float]] = {method: [] for method in methods}
    for each in found:
        for row in zip(*(each.losses[method] for method in methods), strict=True):
            bests = [min(losses[:at]) for losses in row]
            for method, best in zip(methods, bests, strict=True):
                better, same = sum(b < best for b in bests), bests.count(best)
                places[method].append(better + (same + 1) / 2)
    return {method: statistics.fmean(places[method]) for method in methods}


def jobs_until(losses: Losses, target: float, most: int) -> int:
    """How many jobs ended until a loss was as small as the target; one more than most, if none."""
    reached = (place for place, loss in enumerate(losses[:most], start=1) if loss <= target)
    return next(reached, most + 1)


def warm_and_cold(found: Found, most: int) -> list[tuple[int, int]]:
    """Jobs until the parent's best, of a child of the same data and of a cold search.

    The cold search is that of the next seed: it is no relative of the parent.
    """
    ours, pairs = found.losses[OURS], []
    for seed, (parent, child) in enumerate(zip(ours, found.identical, strict=True)):
        target, cold = min(parent), ours[(seed + 1) % len(ours)]
        pairs.append((jobs_until(child, target, most), jobs_until(cold, target, most)))
    return pairs


def transferred_and_cold(found: Found, most: int) -> list[tuple[int, int]]:
    """Jobs until the median of what cold searches found in as many jobs."""
    cold = found.losses[OURS]
    target = statistics.median(min(each[:most]) for each in cold)
    return [
        (jobs_until(child, target, most), jobs_until(other, target, most))
        for child, other in zip(found.transferred, cold, strict=False)
    ]


def _least(found: Found) -> float:
    known = PROBLEMS[found.problem].optimum
    if known is not None:
        return known
    seen = [*found.losses.values(), found.identical, found.transferred]
    return min(loss for runs in seen for losses in runs for loss in losses)


def _tail(wins: int, count: int) -> float:
    """The chance of at least so many heads."""
    ways = sum(math.comb(count, heads) for heads in range(wins, count + 1))
    return float(ways / 2**count)
