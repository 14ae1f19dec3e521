"""Serve the model: flights in, the probability that each arrives late out.

Takes ``text/csv`` with a header line, or ``application/json``: one flight as an object, or a list
of them, or ``{"instances": [...]}``. Answers JSON; with ``Accept: text/csv``, a probability a line.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xgboost as xgb
from features import FEATURES, Row, encode_all, read_table

THRESHOLD = 0.5


class Model(NamedTuple):
    """What an archive holds."""

    booster: xgb.Booster
    encoder: dict[str, Any]


def model_fn(model_dir: str) -> Model:
    """The model in the unpacked archive."""
    folder = Path(model_dir)
    booster = xgb.Booster({"nthread": 1})
    booster.load_model(bytearray((folder / "xgboost-model").read_bytes()))
    encoder = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
    return Model(booster, encoder)


def input_fn(body: bytes | str, content_type: str = "text/csv") -> list[Row]:
    """Flights, from what a client sent."""
    text = body.decode("utf-8") if isinstance(body, bytes | bytearray) else body
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "text/csv":
        return read_table(text, FEATURES, "The request")
    if kind == "application/json":
        return _flights(json.loads(text))
    raise ValueError(
        f"Content type {content_type} is not served: send text/csv or application/json."
    )


def predict_fn(flights: list[Row], model: Model) -> np.ndarray:
    """The probability of arriving late, flight by flight."""
    if not flights:
        return np.empty(0, dtype=np.float32)
    numbers = np.asarray(encode_all(flights, model.encoder), dtype=np.float32)
    return model.booster.inplace_predict(numbers)


def output_fn(probabilities: np.ndarray, accept: str = "application/json") -> tuple[str, str]:
    """The answer and its content type."""
    if accept.partition(";")[0].strip().lower() == "text/csv":
        return "".join(f"{each:.6f}\n" for each in probabilities), "text/csv"
    answers = [
        {"probability": round(float(each), 6), "late": bool(each > THRESHOLD)}
        for each in probabilities
    ]
    return json.dumps({"predictions": answers}), "application/json"


def _flights(asked: Any) -> list[Row]:
    if isinstance(asked, dict):
        asked = asked.get("instances", [asked])
    if not isinstance(asked, list) or not all(isinstance(each, dict) for each in asked):
        raise ValueError(
            "The request must be a flight, a list of flights, or {'instances': [...]}."
        )
    for position, flight in enumerate(asked, start=1):
        for column in FEATURES:
            if column not in flight:
                raise ValueError(f"flight {position} has no '{column}'.")
    return asked
