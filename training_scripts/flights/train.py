r"""Train a gradient-boosted classifier on encoded flights; one line of metrics per round.

Runs in SageMaker's XGBoost container, and by hand from any shell:

    python train.py --train data/train --validation data/validation --encoder data/encoder \
        --model_dir model --num_round 50

Stops cleanly on SIGTERM (early stopping, spot): the model so far is saved and the exit code is 0.
Goes on from the newest checkpoint if the checkpoint folder holds one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

import numpy as np
import xgboost as xgb

ROOT = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
HERE = Path(__file__).resolve().parent
SERVING_CODE = ("inference.py", "features.py")
TUNED = {
    "eta": 0.1,
    "max_depth": 6,
    "min_child_weight": 10.0,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "lambda": 1.0,
    "alpha": 0.0,
    "gamma": 0.0,
}


class Stopped:
    """Becomes true when SageMaker asks the job to end."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self._hear)

    def __bool__(self) -> bool:
        return self.asked

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """Hyperparameters by their XGBoost names, and folders by SageMaker's variables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in TUNED.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    parser.add_argument("--num_round", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    # 20,000 rows: a second thread costs more than it gives
    parser.add_argument("--nthread", type=int, default=1)
    parser.add_argument("--checkpoint_every", type=int, default=10, help="rounds")
    parser.add_argument("--checkpoint_dir", type=Path, default=ROOT / "checkpoints")
    parser.add_argument("--model_dir", type=Path, default=_folder("SM_MODEL_DIR", "model"))
    for name in ("train", "validation", "encoder"):
        default = _folder(f"SM_CHANNEL_{name.upper()}", f"input/data/{name}")
        parser.add_argument(f"--{name}", type=Path, default=default)
    return parser.parse_args(given)


def _folder(variable: str, below_root: str) -> Path:
    return Path(os.environ.get(variable) or ROOT / below_root)


def load(folder: Path) -> xgb.DMatrix:
    """Every CSV file of a folder: the label first, no header line."""
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise ValueError(f"{folder} holds no .csv file; preprocess.py writes one.")
    try:
        table = np.concatenate([np.loadtxt(file, delimiter=",", ndmin=2) for file in files])
    except ValueError as wrong:
        raise ValueError(f"{folder}: not numbers separated by commas: {wrong}") from None
    if not len(table):
        raise ValueError(f"{folder} holds no row.")
    return xgb.DMatrix(table[:, 1:], table[:, 0])


def newest(folder: Path) -> Path | None:
    """The checkpoint to go on from."""
    return max(folder.glob("round-*.ubj"), default=None)


def checkpoint(booster: xgb.Booster, folder: Path) -> None:
    """Save whole or not at all, and keep only the newest; no folder means nobody wants any."""
    if not folder.is_dir():
        return
    unfinished = folder / "unfinished.ubj"
    booster.save_model(unfinished)
    final = unfinished.replace(folder / f"round-{booster.num_boosted_rounds():06}.ubj")
    for old in folder.glob("round-*.ubj"):
        if old != final:
            old.unlink()


def own_checkpoints(folder: Path) -> Path:
    """The folder of checkpoints of one job alone.

    Trials of one tuning job may share a folder; going on from another trial's model would be wrong.
    A spot job that is started again keeps its name.
    """
    own = folder / os.environ.get("TRAINING_JOB_NAME", "")
    if folder.is_dir():
        own.mkdir(exist_ok=True)
    return own


def begin(asked: argparse.Namespace, train: xgb.DMatrix, validation: xgb.DMatrix) -> xgb.Booster:
    """A new booster, or the one of the newest checkpoint."""
    settings = {name: getattr(asked, name) for name in (*TUNED, "seed", "nthread")}
    settings |= {"objective": "binary:logistic", "eval_metric": "auc", "tree_method": "hist"}
    booster = xgb.Booster(settings, [train, validation])
    found = newest(asked.checkpoint_dir)
    if found:
        booster.load_model(found)
        booster.set_param(settings)
        print(f"goes on from {found.name}", flush=True)
    return booster


def boost(asked: argparse.Namespace, stopped: Stopped) -> xgb.Booster:
    """Round after round, each with its metrics, until done or stopped."""
    train, validation = load(asked.train), load(asked.validation)
    booster = begin(asked, train, validation)
    watched = [(validation, "validation")]  # watching the training part too costs as much again
    for number in range(booster.num_boosted_rounds(), asked.num_round):
        booster.update(train, number)
        # the line that the objective's regular expression reads: [7] validation-auc:…
        print(booster.eval_set(watched, number), flush=True)
        if (number + 1) % asked.checkpoint_every == 0 or stopped:
            checkpoint(booster, asked.checkpoint_dir)
        if stopped:
            print(f"stopped after round {number}; the model so far is kept", flush=True)
            break
    return booster


def save(booster: xgb.Booster, encoder: Path, folder: Path) -> None:
    """Model, encoding and serving code in one folder: the archive serves by itself."""
    code = folder / "code"
    code.mkdir(parents=True, exist_ok=True)
    (folder / "xgboost-model").write_bytes(booster.save_raw("ubj"))
    shutil.copyfile(encoder / "encoder.json", folder / "encoder.json")
    for name in SERVING_CODE:
        shutil.copyfile(HERE / name, code / name)


def main(given: list[str] | None = None) -> None:
    """Train and save."""
    stopped = Stopped()
    asked = arguments(given)
    asked.checkpoint_dir = own_checkpoints(asked.checkpoint_dir)
    if not (asked.encoder / "encoder.json").is_file():
        raise ValueError(f"{asked.encoder} holds no encoder.json; preprocess.py writes one.")
    booster = boost(asked, stopped)
    save(booster, asked.encoder, asked.model_dir)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError, xgb.core.XGBoostError) as wrong:
        sys.exit(f"train: {wrong}")
