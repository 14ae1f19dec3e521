"""What happens after each round of boosting: a line in the log, a checkpoint, a model to keep."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import models
from .hyperparameters import MAXIMIZED

TWEEDIE = "tweedie-nloglik"


def callbacks(
    *, first: int, checkpoints: models.Checkpoints | None, keep: Callable[[Any], None] | None
) -> list[Any]:
    """What XGBoost calls after each round.

    Args:
        first: the number of the first round, which is not 0 after a restart.
        checkpoints: where every round's model goes.
        keep: saves the model as it is, if a training that is stopped must leave one.
    """

    class After(importlib.import_module("xgboost").callback.TrainingCallback):  # type: ignore[misc]
        """Tells and keeps what a round brought."""

        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            """Go on in any case."""
            tell(first + epoch, evals_log)
            if checkpoints:
                checkpoints.keep(model, first + epoch)
            if keep:
                keep(model)
            return False

    return [After()]


def early_stopping(metric: str | None, rounds: int | None, *, validated: bool) -> list[Any]:
    """What ends a training whose validation metric no longer improves, and keeps its best model.

    As in the container it needs a validation channel, and eval_metric or a tuning job's objective.
    """
    if not (metric and rounds and validated):
        return []
    stopping = importlib.import_module("xgboost").callback.EarlyStopping
    maximize = metric.partition("@")[0] in MAXIMIZED
    return [
        stopping(
            rounds=rounds, data_name="validation", metric_name=metric, maximize=maximize,
            save_best=True,
        )
    ]  # fmt: skip


def tell(number: int, results: Any) -> None:
    """Print the line that the service's metric definitions look for."""
    cells = [
        f"\t{data}-{_shown(metric)}:{values[-1]:.5f}"
        for data, metrics in results.items()
        for metric, values in metrics.items()
    ]
    print_line(f"[{number}]" + "".join(cells))


def _shown(metric: str) -> str:
    return TWEEDIE if metric.startswith(TWEEDIE) else metric


def print_line(line: str) -> None:
    """Print at once: a job is judged by its log while it runs."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def leave_a_model(folder: Path) -> None:
    """On SIGTERM leave the folder with its models alone, and end well."""

    def leave(_number: int, _frame: Any) -> None:
        for path in folder.iterdir():
            if path.is_file() and not path.name.startswith(models.NAME):
                path.unlink(missing_ok=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)
