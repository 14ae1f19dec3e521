"""The image's ``train`` command: from a job's ``/opt/ml`` to a model, or to a reason why not."""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import channels, folds, hyperparameters, models, training
from .faults import Fault
from .rounds import print_line

FORMAT = "[%(asctime)s:%(levelname)s] %(message)s"
TIME = "%Y-%m-%d:%H:%M:%S"

log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> None:
    """Train, with the exit status and the failure file of a SageMaker container."""
    print_line(f"Arguments: {' '.join(arguments)}")
    logging.basicConfig(level=logging.INFO, format=FORMAT, datefmt=TIME, stream=sys.stdout)
    warnings.showwarning = _warn
    if list(arguments) != ["train"]:
        sys.exit("The one command of this image is train.")
    root = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    try:
        _train(root)
    except Fault as fault:
        log.error("%s", fault)  # noqa: TRY400 - where it was found is nothing to its user
        # The container writes "Framework Error" and a traceback before the sentence.
        _fail(root, str(fault))
    except Exception as fault:
        log.exception("The algorithm failed.")
        _fail(root, f"Framework Error: \n{type(fault).__name__}: {fault}")


def _fail(root: Path, reason: str) -> None:
    (root / "output" / "failure").write_text(reason)
    sys.exit(1)


def _train(root: Path) -> None:
    log.info("Running XGBoost Sagemaker in algorithm mode")
    config = root / "input" / "config"
    values = hyperparameters.validate(_read(config / "hyperparameters.json"))
    given = _read(config / "inputdataconfig.json")
    kind = channels.validate(given)
    job = _job(root, values)
    learned, judged = training.read(job, kind, validated="validation" in given)
    log.info("Single node training.")
    if "_kfold" in values:
        folds.train(job, learned, judged)
    else:
        training.train(job, learned, judged)


def _job(root: Path, values: hyperparameters.Values) -> training.Job:
    config = root / "input" / "config"
    asked = _read(config / "checkpointconfig.json")
    place = str(asked.get("LocalPath", ""))
    request = _read(config / "trainingjobconfig.json")
    image = str((request.get("AlgorithmSpecification") or {}).get("TrainingImage", ""))
    return training.Job(
        values=values,
        data=root / "input" / "data",
        model=root / "model",
        output=root / "output" / "data",
        checkpoints=root / place.removeprefix("/opt/ml/") if place else None,
        pickled=models.pickles(image),
    )


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_bytes()) if path.is_file() else {}
    return content


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    """A warning in one line, without the place in somebody else's code."""
    log.warning("%s", " ".join(str(message).split()))
