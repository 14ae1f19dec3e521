"""A model and the script that knows it: found, checked, loaded, and asked."""

from __future__ import annotations

import http
import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from .conversions import TEXTS, Unsupported, media
from .defaults import Generic, framework

ANY = "*/*"


@dataclass
class Context:
    """What a function with one parameter more is told of its request, and may say of the answer."""

    system_properties: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    status: int = http.HTTPStatus.OK

    def get_request_header(self, _index: int, name: str) -> str | None:
        """A header of the request, in any case."""
        return self.headers.get(name.lower())

    def get_all_request_header(self, _index: int) -> dict[str, str]:
        """Every header of the request."""
        return dict(self.headers)

    def set_response_content_type(self, _index: int, value: str) -> None:
        """Say what type the answer has."""
        self.set_response_header(0, "Content-Type", value)

    def set_response_header(self, _index: int, name: str, value: str) -> None:
        """Give the answer a header."""
        self.answers[name.title()] = " ".join(str(value).splitlines())

    def set_response_status(self, code: int = 200, phrase: str = "", _index: int = 0) -> None:  # noqa: ARG002
        """Give the answer a status."""
        self.status = int(code)


class Script:
    """The model of one /opt/ml, ready to answer once :meth:`load` has returned."""

    def __init__(self, root: Path, image: str) -> None:
        self.folder = root / "model"
        self.defaults: Generic = framework(image)
        self.module = _module(_path(root))
        self._context = {"model_dir": str(self.folder), "gpu_id": None, "batch_size": 1}
        self._model: Any = None
        transform, parts = self._own("transform_fn"), ("input_fn", "predict_fn", "output_fn")
        if transform and any(map(self._own, parts)):
            raise ValueError(
                "Cannot use transform_fn implementation in conjunction with "
                "input_fn, predict_fn, and/or output_fn implementation"
            )
        self._transform = transform or self._in_three_steps

    def load(self) -> None:
        """Load the model."""
        context = Context(self._context)
        if before := self._own("pre_model_fn"):
            _call(before, context, str(self.folder))
        self._model = _call(self._function("model_fn"), context, str(self.folder))
        if warm_up := self._own("model_warmup_fn"):
            _call(warm_up, context, str(self.folder), self._model)

    def answer(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """The status, headers and body that answer one invocation; a fault is told, not raised."""
        context = Context(self._context, headers)
        try:
            content = self._ask(body, context)
        except Exception as fault:  # noqa: BLE001 - whatever a script raises is the client's answer
            status = fault.status if isinstance(fault, Unsupported) else 500
            trace = traceback.format_exc()
            print(trace, file=sys.stderr, flush=True)  # noqa: T201 - this is the endpoint's log
            return status, {"Content-Type": "text/plain"}, f"{fault}\n{trace}".encode()
        return context.status, context.answers, content

    def _ask(self, body: bytes, context: Context) -> bytes:
        kind = context.headers.get("content-type", "application/json")
        accept = context.headers.get("accept", ANY)
        if accept == ANY:
            accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "application/json")
        given = body.decode() if media(kind) in TEXTS else body
        result = _call(self._transform, context, self._model, given, kind, accept)
        if isinstance(result, tuple):
            result, accept = result[0], result[1]
        context.answers.setdefault("Content-Type", accept)
        return bytes(result) if isinstance(result, bytes | bytearray) else str(result).encode()

    def _in_three_steps(
        self, model: Any, body: Any, kind: str, accept: str, context: Context
    ) -> Any:
        data = _call(self._function("input_fn"), context, body, kind)
        prediction = _call(self._function("predict_fn"), context, data, model)
        return _call(self._function("output_fn"), context, prediction, accept)

    def _own(self, name: str) -> Callable[..., Any] | None:
        return getattr(self.module, name, None)

    def _function(self, name: str) -> Callable[..., Any]:
        own: Callable[..., Any] = self._own(name) or getattr(self.defaults, name)
        return own


def _call(function: Callable[..., Any], context: Context, *values: Any) -> Any:
    """Call a function of the script, with the context if it has one parameter more."""
    count = len(inspect.signature(function).parameters)
    if count == len(values):
        return function(*values)
    if count == len(values) + 1:
        return function(*values, context)
    raise TypeError(f"{function.__name__} takes {count} arguments but {len(values)} were given.")


def _path(root: Path) -> Path | None:
    """Where the script lies; None if the model came without one."""
    program = os.environ.get("SAGEMAKER_PROGRAM")
    places = [*_submitted(root), root / "code", root / "model" / "code"]
    for place in places:
        found = (place / (program or "inference.py")).resolve()
        if found.is_file() and found.is_relative_to(place.resolve()):
            return found
    if program:
        raise FileNotFoundError(
            f"SAGEMAKER_PROGRAM is {program}, and neither code/ of the model archive nor "
            "SAGEMAKER_SUBMIT_DIRECTORY has such a file."
        )
    return None


def _submitted(root: Path) -> list[Path]:
    """The folder of SAGEMAKER_SUBMIT_DIRECTORY, where that is one of the container's own."""
    given = os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY", "").removeprefix("file://")
    if not given.startswith("/opt/ml/"):
        return []
    folder = root / given.removeprefix("/opt/ml/")
    return [folder] if folder.resolve().is_relative_to(root.resolve()) else []


def _module(path: Path | None) -> ModuleType | None:
    if path is None:
        return None
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is not a Python script.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module
