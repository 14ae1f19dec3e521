"""Options that make life as hard as it is on AWS: interruptions, faults, quotas."""

from __future__ import annotations

import argparse
from typing import Any

from benchtop.settings import FAULTS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options; each is off unless given, here or in ``[tool.benchtop]``."""
    parser.add_argument(
        "--spot-interruptions", type=float, metavar="RATE",
        help="interrupt spot jobs so many times in a minute of running, on average",
    )  # fmt: skip
    parser.add_argument(
        "--fault", type=fault, action=Gather, dest="faults", metavar="KIND=RATE",
        help="inject a fault at a rate from 0 to 1, again for each kind: "
        + "; ".join(f"{kind}: {effect}" for kind, effect in FAULTS.items()),
    )  # fmt: skip
    parser.add_argument(
        "--quotas", action="store_const", const=True, dest="enforce_quotas",
        help="enforce AWS's default quotas of instances (see aws service-quotas)",
    )  # fmt: skip


def given(options: argparse.Namespace) -> str | None:
    """The first of the options that was given."""
    flags = {
        "spot_interruptions": "--spot-interruptions", "faults": "--fault",
        "enforce_quotas": "--quotas",
    }  # fmt: skip
    return next((flag for name, flag in flags.items() if getattr(options, name) is not None), None)


def fault(text: str) -> tuple[str, float]:
    """A kind of fault and its rate."""
    kind, _, rate = text.partition("=")
    try:
        return kind, float(rate)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not KIND=RATE, such as internal=0.2"
        ) from None


class Gather(argparse.Action):
    """Makes one table of an option that is given several times."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - as argparse calls it
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        """Add one pair to the table."""
        kind, rate = values
        setattr(namespace, self.dest, {**(getattr(namespace, self.dest) or {}), kind: rate})
