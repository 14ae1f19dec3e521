"""Six functions whose least value is known, over ranges of all types and scales."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from benchmarks.search.problem import LOG, REVERSE, Problem, choice, ranges, real, whole

HARTMANN_A = (
    (10, 3, 17, 3.5, 1.7, 8), (0.05, 10, 17, 0.1, 8, 14),
    (3, 3.5, 1.7, 10, 17, 8), (17, 8, 0.05, 10, 0.1, 14),
)  # fmt: skip
HARTMANN_C = (1.0, 1.2, 3.0, 3.2)
HARTMANN_P = (
    (0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886),
    (0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991),
    (0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650),
    (0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381),
)
STYBLINSKI = -39.16616570377142
"""The least value of Styblinski and Tang's function in each dimension."""
COLOURS = {"red": 0.0, "green": 12.0, "blue": 6.0, "grey": 25.0}


def branin(at: Mapping[str, str]) -> float:
    """Two dimensions, three equal valleys."""
    x, y = float(at["x"]), float(at["y"])
    valley = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return valley**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann(at: Mapping[str, str]) -> float:
    """Six dimensions, smooth, one deep valley among four."""
    x = [float(at[f"x{place}"]) for place in range(6)]
    return -sum(
        weight * math.exp(-sum(a * (v - p) ** 2 for a, v, p in zip(row, x, place, strict=True)))
        for weight, row, place in zip(HARTMANN_C, HARTMANN_A, HARTMANN_P, strict=True)
    )


def ackley(at: Mapping[str, str]) -> float:
    """Three real and two whole dimensions, many small valleys, its least value off the middle."""
    x = [float(at[f"x{place}"]) - 3.3 for place in range(3)]
    x += [int(at[f"n{place}"]) - 4 for place in range(2)]
    squares = sum(v * v for v in x) / len(x)
    waves = sum(math.cos(2 * math.pi * v) for v in x) / len(x)
    return -20 * math.exp(-0.2 * math.sqrt(squares)) - math.exp(waves) + 20 + math.e


def rosenbrock(at: Mapping[str, str]) -> float:
    """Four dimensions on logarithmic scales, one long bent valley."""
    x = [math.log10(float(at[f"x{place}"])) + 3 for place in range(4)]
    pairs = pairwise(x)
    return math.log1p(sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairs))


def levy(at: Mapping[str, str]) -> float:
    """Real, whole, logarithmic and reversed dimensions, wavy."""
    x: Sequence[float] = (
        *(float(at[f"x{place}"]) for place in range(3)),
        float(int(at["n"])),
        math.log10(float(at["rate"])) + 4,
        -math.log10(1 - float(at["momentum"])),
    )
    w = [1 + (v - 1) / 4 for v in x]
    inner = sum((v - 1) ** 2 * (1 + 10 * math.sin(math.pi * v + 1) ** 2) for v in w[:-1])
    last = (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)
    return math.sin(math.pi * w[0]) ** 2 + inner + last


def styblinski(at: Mapping[str, str]) -> float:
    """All types at once; a category shifts everything."""
    x = (
        float(at["x"]),
        float(int(at["n"])) - 2.903534,
        math.log10(float(at["rate"])),
        2 * math.log10(1 - float(at["momentum"])),
    )
    return sum((v**4 - 16 * v**2 + 5 * v) / 2 for v in x) / len(x) + COLOURS[at["colour"]]


SYNTHETIC = (
    Problem(
        name="branin", kind="synthetic", loss=branin, optimum=0.39788735772973816,
        ranges=ranges(real("x", -5, 10), real("y", 0, 15)),
    ),
    Problem(
        name="hartmann", kind="synthetic", loss=hartmann, optimum=-3.32236801141551,
        ranges=ranges(*(real(f"x{place}", 0, 1) for place in range(6))),
    ),
    Problem(
        name="ackley", kind="synthetic", loss=ackley, optimum=0.0,
        ranges=ranges(
            *(real(f"x{place}", -10, 10) for place in range(3)),
            *(whole(f"n{place}", -10, 10) for place in range(2)),
        ),
    ),
    Problem(
        name="rosenbrock", kind="synthetic", loss=rosenbrock, optimum=0.0,
        ranges=ranges(*(real(f"x{place}", 1e-5, 1e-1, LOG) for place in range(4))),
    ),
    Problem(
        name="levy", kind="synthetic", loss=levy, optimum=0.0,
        ranges=ranges(
            *(real(f"x{place}", -10, 10) for place in range(3)), whole("n", -10, 10),
            real("rate", 1e-6, 1, LOG), real("momentum", 0, 0.9999, REVERSE),
        ),
    ),
    Problem(
        name="styblinski", kind="synthetic", loss=styblinski,
        optimum=STYBLINSKI,
        ranges=ranges(
            real("x", -5, 5), whole("n", -2, 8), real("rate", 1e-5, 1e5, LOG),
            real("momentum", 0, 0.999, REVERSE), choice("colour", *COLOURS),
        ),
    ),
)  # fmt: skip
