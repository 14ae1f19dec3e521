"""Trains a model on the channels of a job."""

from __future__ import annotations

import importlib
import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from . import channels, evaluation, hyperparameters, models, rounds, tables
from .faults import Fault, spoken
from .hyperparameters import Values
from .tables import Table

KNOWN_FAULTS = (
    "label must be in",
    "Target is multiclass but average='binary'",
    "feature_names mismatch",
    "Check failed: preds.size() == info.labels_.size()",
    "Check failed: !auc_error AUC: the dataset only contains pos or neg samples",
    "base_score must be in (0,1) for logistic loss",
    "PoissonRegression: label must be nonnegative",
    "TweedieRegression: label must be nonnegative",
    "Parameter reg_lambda should be greater equal to 0",
)
"""What XGBoost says when its user is wrong; the container passes it on as it is."""
NOT_THE_LIBRARYS = (
    "num_round", "csv_weights", "early_stopping_rounds", "save_model_on_termination", "_kfold",
    "_num_cv_round", "_tuning_objective_metric", "eval_metric", "use_dask_gpu_training",
)  # fmt: skip

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One training: its hyperparameters as validated, and where things are."""

    values: Values
    data: Path
    model: Path
    output: Path
    checkpoints: Path | None
    pickled: bool

    @property
    def objective(self) -> str:
        """What the model learns."""
        return str(self.values.get("objective", hyperparameters.DEFAULT_OBJECTIVE))

    @property
    def metrics(self) -> list[str]:
        """Every metric to print: those asked for, and a tuning job's objective."""
        tuned = self._tuned
        asked = self.values.get("eval_metric") or []
        return sorted({*asked, tuned}) if tuned else list(asked)

    @property
    def judged_by(self) -> str | None:
        """The metric that early stopping looks at."""
        asked = self.values.get("eval_metric") or [None]
        name = self._tuned or asked[-1]
        return self._native(name) if name else None

    @property
    def library(self) -> Values:
        """What XGBoost itself is given."""
        native = [self._native(name) for name in self.metrics if name not in evaluation.OWN]
        kept = {name: value for name, value in self.values.items() if name not in NOT_THE_LIBRARYS}
        if "updater" in kept:
            kept["updater"] = ",".join(kept["updater"])
        return {**kept, **({"eval_metric": native} if native else {})}

    def _native(self, name: str) -> str:
        """XGBoost wants its power in the name of Tweedie's metric; the log shows it without."""
        power = self.values.get("tweedie_variance_power", 1.5)
        return f"{rounds.TWEEDIE}@{power}" if name == rounds.TWEEDIE else name

    @property
    def _tuned(self) -> str | None:
        given = self.values.get("_tuning_objective_metric")
        return str(given).partition(":")[2] if given else None

    def places(self, fold: int | None) -> tuple[Path, models.Checkpoints | None]:
        """Where a model, or a fold's, goes, and its checkpoints."""
        if fold is None:
            kept = self.checkpoints
            return self.model / models.NAME, models.Checkpoints(kept) if kept else None
        kept = self.checkpoints / f"model-{fold}" if self.checkpoints else None
        place = self.model / f"{models.NAME}-{fold}"
        return place, models.Checkpoints(kept) if kept else None


def read(job: Job, kind: str, *, validated: bool) -> tuple[Table, Table | None]:
    """The rows of both channels.

    Raises:
        Fault: when there are none, or they cannot be read.
    """
    weighted = job.values.get("csv_weights") == 1
    found: list[Table] = []
    for name, called in (("train", "training"), ("validation", "validation")):
        if name == "validation" and not validated:
            return found[0], None
        folder = job.data / name
        files = list(channels.files(folder))
        if not files:
            raise Fault(f"No data in {called} channel path /opt/ml/input/data/{name}")
        found.append(tables.read(files, kind, weighted=weighted))
    train, validation = found
    width = max(train.width, validation.width)
    train.widen(width)
    validation.widen(width)
    return train, validation


def train(job: Job, learned: Table, judged: Table | None) -> None:
    """Train one model, and save it."""
    matrix = learned.matrix()
    watched = [(matrix, "train"), *([(judged.matrix(), "validation")] if judged else [])]
    log.info("Train matrix has %s rows and %s columns", matrix.num_row(), matrix.num_col())
    if judged:
        log.info("Validation matrix has %s rows", len(judged.labels))
    booster, _ = boost(job, matrix, watched)
    models.save(booster, job.places(None)[0], pickled=job.pickled)


def boost(
    job: Job, matrix: Any, watched: list[tuple[Any, str]], fold: int | None = None
) -> tuple[Any, Values]:
    """The rounds of boosting; the model, and its metrics round by round."""
    place, checkpoints = job.places(fold)
    before, first = checkpoints.newest() if checkpoints else (None, 0)
    keep = None
    if job.values.get("save_model_on_termination") == "true":
        keep = partial(models.save, path=place, pickled=job.pickled)
        rounds.leave_a_model(job.model)
    validated = len(watched) > 1
    results: Values = {}
    # Early stopping comes last: it replaces the model, which must be saved as it was.
    called = [
        *rounds.callbacks(first=first, checkpoints=checkpoints, keep=keep),
        *rounds.early_stopping(
            job.judged_by, job.values.get("early_stopping_rounds"), validated=validated
        ),
    ]
    try:
        booster = importlib.import_module("xgboost").train(
            job.library, matrix, num_boost_round=job.values["num_round"] - first, evals=watched,
            custom_metric=evaluation.scorer(job.metrics, job.objective), callbacks=called,
            xgb_model=before, evals_result=results, verbose_eval=False,
        )  # fmt: skip
    except Exception as fault:
        raise explained(fault) from fault
    return booster, results


def explained(fault: Exception) -> Fault:
    """XGBoost's complaint as the container passes it on."""
    said = spoken(fault)
    if any(known in said for known in KNOWN_FAULTS):
        return Fault(said)
    return Fault(f"XGB train call failed with exception:\n {said}")
