"""Answers ``/invocations`` with a model that this algorithm trained: rows in, predictions out.

As the container does since version 1.2: https://github.com/aws/sagemaker-xgboost-container
(``algorithm_mode/serve.py``).
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias

from . import models
from .channels import CSV, LIBSVM, PARQUET, RECORDIO, content_type
from .faults import Fault, spoken
from .tables import Sparse, from_csv, sniff

Answer: TypeAlias = tuple[int, dict[str, str], bytes]

ACCEPTED = ("application/json", "text/csv")
DEFAULT_ACCEPT = "text/csv"
VOTING = ("multi:softmax", "binary:hinge")
"""Objectives whose predictions are classes: several models vote, instead of being averaged."""
SELECTABLE = "SAGEMAKER_INFERENCE_OUTPUT"


class Refused(Exception):
    """The request cannot be answered: its status, and why."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


class Model:
    """The boosters of one model folder: one, or one for each fold of a cross validation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._boosters: list[Any] = []
        self._objective = ""
        self._width = 0

    def load(self) -> None:
        """Load every model in the folder.

        Raises:
            RuntimeError: when there is none, or one cannot be loaded.
        """
        if os.environ.get(SELECTABLE):
            raise RuntimeError(
                f"{SELECTABLE} is not honoured by benchtop: leave it out, or run this on AWS."
            )
        found = sorted(path for path in self.folder.iterdir() if path.is_file())
        self._boosters = [_loaded(path) for path in found if not path.name.startswith(".")]
        if not self._boosters:
            raise RuntimeError("The model archive holds no xgboost-model.")
        config = json.loads(self._boosters[0].save_config())
        self._objective = config["learner"]["objective"]["name"]
        self._width = self._boosters[0].num_features()

    def answer(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The status, headers and body that answer one invocation."""
        if not body:
            return HTTPStatus.NO_CONTENT, {}, b""
        try:
            rows = _rows(body, headers.get("content-type"))
            accept = _accept(headers.get("accept"))
            predictions = self._predict(*rows)
        except Refused as no:
            print_error(no)
            return no.status, {"Content-Type": "text/html"}, str(no).encode()
        return HTTPStatus.OK, {"Content-Type": accept}, encode(predictions, accept)

    def _predict(self, rows: Any, kind: str) -> Any:
        xgboost = importlib.import_module("xgboost")
        try:
            self._check_width(rows.shape[1], kind)
            if kind == LIBSVM:
                rows.resize((rows.shape[0], max(rows.shape[1], self._width)))
            matrix = xgboost.DMatrix(rows)
            found = [each.predict(matrix, validate_features=False) for each in self._boosters]
        except Exception as fault:
            why = f"Unable to evaluate payload provided: {spoken(fault)}"
            raise Refused(HTTPStatus.BAD_REQUEST, why) from fault
        return found[0] if len(found) == 1 else self._together(found)

    def _check_width(self, given: int, kind: str) -> None:
        if kind == LIBSVM and given > self._width + 1:
            raise ValueError(
                f"Feature size of libsvm inference data {given} is larger than feature size of "
                f"trained model {self._width}."
            )
        if kind == CSV and given not in (self._width, self._width - 1):
            raise ValueError(
                f"Feature size of csv inference data {given} is not consistent with feature size "
                f"of trained model {self._width}."
            )

    def _together(self, found: list[Any]) -> Any:
        numpy = importlib.import_module("numpy")
        if self._objective not in VOTING:
            return numpy.mean(found, axis=0)
        votes = numpy.array(found)
        kinds = numpy.unique(votes)
        return kinds[numpy.array([(votes == each).sum(axis=0) for each in kinds]).argmax(axis=0)]


def _loaded(path: Path) -> Any:
    try:
        booster = models.load(path)
    except Exception as fault:  # noqa: BLE001 - models fail in many ways
        raise RuntimeError(
            f"Model at /opt/ml/model/{path.name} cannot be loaded:\n{spoken(fault)}"
        ) from None
    booster.set_param("nthread", 1)
    return booster


def _rows(body: bytes, given: str | None) -> tuple[Any, str]:
    """The features of each row, and what the body was."""
    try:
        kind = content_type(given)
    except Fault as fault:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(fault)) from None
    if kind == RECORDIO:
        raise Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"Content-type {given} is not honoured by benchtop: use text/csv or text/libsvm.",
        )
    if kind == PARQUET:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content-type {given} is not supported.")
    try:
        text = body.strip().decode()
        return (_from_csv if kind == CSV else _from_libsvm)(text), kind
    except Exception as fault:  # noqa: BLE001 - rows fail in many ways
        raise Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"Loading {kind} data failed with Exception, please ensure data is in {kind} format:\n "
            f"{type(fault)}\n {fault}",
        ) from None


def _from_csv(text: str) -> Any:
    return from_csv(io.StringIO(text), sniff(text.partition("\n")[0]))


def _from_libsvm(text: str) -> Any:
    """Rows of ``number:value``; what has no colon is a label, which nobody asked for."""
    rows = Sparse()
    for line in text.splitlines():
        rows.add(pair for pair in line.split() if ":" in pair and not pair.startswith("qid:"))
    return rows.matrix()


def _accept(given: str | None) -> str:
    media = (given or "").partition(";")[0].strip().lower()
    if media in ("", "*/*"):
        return os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", DEFAULT_ACCEPT)
    if media not in ACCEPTED:
        raise Refused(
            HTTPStatus.NOT_ACCEPTABLE,
            f"Accept type {media} is not supported. Please use supported accept types: "
            f"{list(ACCEPTED)}.",
        )
    return media


def encode(predictions: Any, accept: str) -> bytes:
    """A line for each row, with a cell for each class if there are several; or the same as JSON."""
    rows = predictions.tolist()
    if accept == "application/json":
        return json.dumps({"predictions": [{"score": row} for row in rows]}).encode()
    cells = (row if isinstance(row, list) else [row] for row in rows)
    return "".join(",".join(map(str, row)) + "\n" for row in cells).encode()


def print_error(fault: Exception) -> None:
    """Tell the endpoint's log."""
    sys.stderr.write("".join(traceback.format_exception_only(fault)))
    sys.stderr.flush()
