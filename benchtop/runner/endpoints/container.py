"""What a model's container is made of, and its /opt/ml laid out on disk."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from benchtop.runner.archives import BadArchive, unpack
from benchtop.store.s3.objects import Objects, split

WORKERS = 2
TIMEOUT = 60
"""Seconds that an invocation may take, as on SageMaker."""


class NotServing(Exception):
    """The model does not serve; the message is the endpoint's FailureReason."""


@dataclass(frozen=True, kw_only=True)
class Container:
    """One model as CreateModel describes it."""

    image: str
    model: str = ""
    compressed: bool = True
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def workers(self) -> int:
        """How many processes answer."""
        return self._number("SAGEMAKER_MODEL_SERVER_WORKERS", WORKERS, 64)

    @property
    def timeout(self) -> int:
        """After how many seconds a request is given up."""
        return self._number("SAGEMAKER_MODEL_SERVER_TIMEOUT", TIMEOUT, 3600)

    def _number(self, name: str, default: int, most: int) -> int:
        given = self.environment.get(name, str(default))
        if not re.fullmatch(r"[1-9]\d{0,4}", given) or int(given) > most:
            raise NotServing(f"{name} is {given!r}: it must be a whole number from 1 to {most}.")
        return int(given)


def lay_out(container: Container, opt_ml: Path, objects: Objects) -> None:
    """Put the model into ``model/``, and a script that came apart from it into ``code/``.

    Raises:
        NotServing: when an object is missing, or an archive is not to be trusted.
    """
    shutil.rmtree(opt_ml, ignore_errors=True)
    (opt_ml / "model").mkdir(parents=True)
    if container.model and container.compressed:
        _archive(container.model, opt_ml / "model", objects)
    elif container.model:
        _prefix(container.model, opt_ml / "model", objects)
    submitted = container.environment.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
    if submitted.startswith("s3://"):
        _archive(submitted, opt_ml / "code", objects)
    _check_script(container, opt_ml)


def _archive(uri: str, folder: Path, objects: Objects) -> None:
    bucket, key = split(uri)
    arrived = folder.with_suffix(".tar.gz")
    try:
        objects.copy_to(bucket, key, arrived)
        unpack(arrived, folder)
    except KeyError:
        raise NotServing(_missing(uri)) from None
    except BadArchive as fault:
        raise NotServing(f'Failed to extract model data from URL: "{uri}": {fault}.') from None
    finally:
        arrived.unlink(missing_ok=True)


def _prefix(uri: str, folder: Path, objects: Objects) -> None:
    bucket, prefix = split(uri)
    try:
        found = [each.key for each in objects.each(bucket, prefix) if not each.key.endswith("/")]
    except KeyError:
        found = []
    if not found:
        raise NotServing(_missing(uri))
    for key in found:
        target = folder / (key[len(prefix) :].lstrip("/") or key.rpartition("/")[2])
        if not target.resolve().is_relative_to(folder.resolve()):
            raise NotServing(f'The key "{key}" would be written outside the model folder.')
        objects.copy_to(bucket, key, target)


def _missing(uri: str) -> str:
    return (
        f'Failed to download model data for container "container_1" from URL: "{uri}". Please '
        "ensure that there is an object located at the URL and that the role passed to "
        "CreateModel has permissions to download the object."
    )


def _check_script(container: Container, opt_ml: Path) -> None:
    if "xgboost" not in container.image or "SAGEMAKER_PROGRAM" in container.environment:
        return
    if not any((opt_ml / place / "inference.py").is_file() for place in ("code", "model/code")):
        raise NotServing(
            "The XGBoost image without a script is not honoured by benchtop: put inference.py "
            "with a model_fn into code/ of the model archive, or name it in SAGEMAKER_PROGRAM."
        )
