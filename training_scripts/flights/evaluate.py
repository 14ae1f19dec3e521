"""Judge models on flights that none of them has seen; the best one goes on.

``--models`` holds one folder per model, each with a ``model.tar.gz``. Every archive predicts by its
own code, so models with different encodings are compared on the same raw flights. Writes
``evaluation/evaluation.json`` (all scores) and ``winner/model.tar.gz`` (the best, unchanged).
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import xgboost as xgb
from features import LABEL, Row, late, number, read_table

ROOT = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")) / "processing"
THRESHOLD = 0.5
LATENCY_SAMPLES = 200


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What the script can be told."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, default=ROOT / "input" / "models")
    parser.add_argument("--test", type=Path, default=ROOT / "input" / "test")
    parser.add_argument("--output", type=Path, default=ROOT / "output")
    parser.add_argument("--names", nargs="*", default=[], help="names of the models, in order")
    return parser.parse_args(given)


def auc(labels: np.ndarray, scores: np.ndarray) -> float:
    """Probability that a late flight scores above a punctual one; ties count half."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positive, negative = labels.sum(), len(labels) - labels.sum()
    if not positive or not negative:
        raise ValueError("The test flights are all late or all punctual: no model can be judged.")
    wins = ranks[labels == 1].sum() - positive * (positive + 1) / 2
    return float(wins / (positive * negative))


def calibration(labels: np.ndarray, scores: np.ndarray, bins: int = 10) -> list[dict[str, Any]]:
    """Ten bins of equal width: what was predicted beside what happened."""
    place = np.minimum((scores * bins).astype(int), bins - 1)
    return [
        {
            "flights": int((place == each).sum()),
            "predicted": float(scores[place == each].mean()),
            "happened": float(labels[place == each].mean()),
        }
        for each in range(bins)
        if (place == each).any()
    ]


def metrics(labels: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    """What one model is worth."""
    sure = np.clip(scores.astype(float), 1e-7, 1 - 1e-7)
    said, true = scores > THRESHOLD, labels == 1
    hits = int((said & true).sum())
    precision, recall = hits / max(1, int(said.sum())), hits / max(1, int(true.sum()))
    return {
        "auc": auc(labels, scores),
        "logloss": float(-(labels * np.log(sure) + (1 - labels) * np.log(1 - sure)).mean()),
        "brier": float(((scores - labels) ** 2).mean()),
        "accuracy": float((said == true).mean()),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(1e-12, precision + recall),
    }


def unpack(archive: Path, folder: Path) -> Path:
    """An archive's content in its own folder; the data filter keeps every member inside."""
    try:
        with tarfile.open(archive) as packed:
            # not in Python before 3.11.4, where the archive is trusted: it is this pipeline's own
            packed.extraction_filter = getattr(tarfile, "data_filter", None)
            packed.extractall(folder)  # noqa: S202 - see above
    except (tarfile.TarError, EOFError) as wrong:
        raise ValueError(f"{archive} is not a usable model archive: {wrong}") from None
    return folder


def serving_code(model: Path) -> ModuleType:
    """The archive's own inference module, not that of another archive or of this folder."""
    code = model / "code"
    if not (code / "inference.py").is_file():
        raise ValueError(f"{model.name} brings no code/inference.py; train.py writes it.")
    for file in code.glob("*.py"):
        sys.modules.pop(file.stem, None)
    sys.path.insert(0, str(code))
    try:
        return importlib.import_module("inference")
    finally:
        sys.path.remove(str(code))


def latency(code: ModuleType, model: Any, flights: list[Row]) -> dict[str, float]:
    """Milliseconds from request body to answer, one flight at a time."""
    spent = []
    for flight in flights[:LATENCY_SAMPLES]:
        body = json.dumps(flight)
        began = time.perf_counter()
        rows = code.input_fn(body, "application/json")
        code.output_fn(code.predict_fn(rows, model), "application/json")
        spent.append((time.perf_counter() - began) * 1000)
    return {"p50_ms": float(np.percentile(spent, 50)), "p99_ms": float(np.percentile(spent, 99))}


def judge(archive: Path, flights: list[Row], labels: np.ndarray) -> dict[str, Any]:
    """All scores of one archive."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = unpack(archive, Path(scratch))
        code = serving_code(folder)
        model = code.model_fn(str(folder))
        scores = np.asarray(code.predict_fn(flights, model), dtype=float)
        return {
            **metrics(labels, scores),
            **latency(code, model, flights),
            "calibration": calibration(labels, scores),
        }


def candidates(folder: Path, names: list[str]) -> list[tuple[str, Path]]:
    """Each model's name and archive."""
    found = sorted(folder.glob("*/model.tar.gz"))
    if not found:
        raise ValueError(f"{folder} holds no <model>/model.tar.gz to judge.")
    if names and len(names) != len(found):
        raise ValueError(f"{len(names)} names were given for {len(found)} models in {folder}.")
    return list(zip(names or [each.parent.name for each in found], found, strict=True))


def main(given: list[str] | None = None) -> None:
    """Judge all, write the verdict, pass the winner on."""
    asked = arguments(given)
    files = sorted(asked.test.glob("*.csv"))
    flights = [row for file in files for row in read_table(file.read_text(), [LABEL], file.name)]
    if not flights:
        raise ValueError(f"{asked.test} holds no flights to judge with.")
    labels = np.asarray([late(row) for row in flights])
    named = candidates(asked.models, asked.names)
    scored = [{"name": name, **judge(path, flights, labels)} for name, path in named]
    best = max(range(len(scored)), key=lambda place: scored[place]["auc"])
    delays = np.asarray([number(row, "dep_delay") for row in flights])
    report = {
        "winner": scored[best],
        # the names that SageMaker's model registry knows how to show
        "binary_classification_metrics": {
            each: {"value": scored[best][each], "standard_deviation": "NaN"}
            for each in ("auc", "accuracy", "precision", "recall", "f1")
        },
        "baseline": {"name": "departure delay alone", "auc": auc(labels, delays)},
        "candidates": scored,
        "flights": len(flights),
    }
    write(asked.output, report, named[best][1])
    for each in (*scored, report["baseline"]):
        print(f"{each['name']}: auc {each['auc']:.4f}", flush=True)


def write(folder: Path, report: dict[str, Any], archive: Path) -> None:
    """The verdict and the winning archive, where SageMaker collects them."""
    for name in ("evaluation", "winner"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "evaluation" / "evaluation.json").write_text(json.dumps(report, indent=1))
    shutil.copyfile(archive, folder / "winner" / "model.tar.gz")


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError, xgb.core.XGBoostError) as wrong:
        sys.exit(f"evaluate: {wrong}")
