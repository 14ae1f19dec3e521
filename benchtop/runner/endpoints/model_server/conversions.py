"""Request bodies to arrays and predictions to bodies, for scripts that leave it to the image."""

from __future__ import annotations

import importlib
import io
import json
import tempfile
from collections.abc import Callable
from typing import Any

CSV = "text/csv"
JSON = "application/json"
NPY = "application/x-npy"
TEXTS = (CSV, JSON)
"""What a script's functions receive as text; anything else they receive as bytes."""


class Unsupported(Exception):
    """The content type has no default conversion.

    ``status`` is what the client is told: 415 for a request, 406 for an answer.
    """

    def __init__(self, content_type: str, status: int) -> None:
        super().__init__(
            f"Content type {content_type} is not supported by this framework.\n\nPlease implement "
            "input_fn to deserialize the request data or an output_fn to serialize the response."
        )
        self.status = status


def media(content_type: str) -> str:
    """A content type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def decode(body: Any, content_type: str) -> Any:
    """A numpy array from a CSV, JSON or NPY body."""
    decoder = DECODERS.get(media(content_type))
    if decoder is None:
        raise Unsupported(content_type, 415)
    return decoder(body)


def encode(prediction: Any, accept: str) -> Any:
    """A JSON, CSV or NPY body from anything like an array."""
    encoder = ENCODERS.get(media(accept))
    if encoder is None:
        raise Unsupported(accept, 406)
    return encoder(prediction)


def matrix(body: Any, content_type: str) -> Any:
    """An XGBoost DMatrix from CSV or LIBSVM, as the XGBoost image makes it."""
    kind = media(content_type)
    if kind == CSV:
        return _module("xgboost").DMatrix(_from_csv(body, missing="nan"))
    if kind in ("text/libsvm", "text/x-libsvm"):
        return _from_libsvm(body if isinstance(body, bytes) else body.encode())
    raise Unsupported(content_type, 415)


def _module(name: str) -> Any:
    return importlib.import_module(name)


def _from_csv(text: Any, missing: str = "") -> Any:
    numpy = _module("numpy")
    lines = (text.decode() if isinstance(text, bytes) else text).strip().splitlines()
    if missing:
        rows = [[cell.strip() or missing for cell in line.split(",")] for line in lines]
        return numpy.array(rows).astype(float)
    return numpy.genfromtxt(io.StringIO("\n".join(lines)), delimiter=",")


def _from_libsvm(content: bytes) -> Any:
    with tempfile.NamedTemporaryFile(suffix=".libsvm") as file:
        file.write(content)
        file.flush()
        return _module("xgboost").DMatrix(f"{file.name}?format=libsvm")


def _from_json(text: Any) -> Any:
    return _module("numpy").array(json.loads(text))


def _from_npy(body: bytes) -> Any:
    # A pickled array would run whatever the client put into it.
    return _module("numpy").load(io.BytesIO(body), allow_pickle=False)


def _to_json(prediction: Any) -> str:
    return json.dumps(prediction, default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _to_csv(prediction: Any) -> str:
    stream = io.StringIO()
    _module("numpy").savetxt(stream, prediction, delimiter=",", fmt="%s")
    return stream.getvalue()


def _to_npy(prediction: Any) -> bytes:
    stream = io.BytesIO()
    _module("numpy").save(stream, prediction)
    return stream.getvalue()


DECODERS: dict[str, Callable[[Any], Any]] = {CSV: _from_csv, JSON: _from_json, NPY: _from_npy}
ENCODERS: dict[str, Callable[[Any], Any]] = {CSV: _to_csv, JSON: _to_json, NPY: _to_npy}
