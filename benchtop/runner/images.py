"""Which Python stands in for which image: an image URI names an environment, not a container."""

from __future__ import annotations

import fnmatch
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = "project"


class UnknownImage(LookupError):
    """No environment stands in for this image."""


@dataclass(frozen=True)
class Images:
    """The table ``[tool.benchtop.images]``: names, whole URIs or ``*`` patterns → environments.

    An environment is ``project`` (the one that benchtop runs on), the folder of a virtual
    environment, or the path of a Python interpreter.
    """

    table: dict[str, str]

    def python(self, image_uri: str) -> str:
        """The interpreter that stands in for an image.

        Raises:
            UnknownImage: a sentence that says what to add to the table.
        """
        environment = self._environment(image_uri)
        if environment is None:
            raise UnknownImage(
                f"No environment stands in for the image {image_uri}: add "
                f'"{repository(image_uri)}" = "project" (or the path of a virtual environment) '
                "to [tool.benchtop.images] in pyproject.toml."
            )
        return _interpreter(environment, image_uri)

    def _environment(self, image_uri: str) -> str | None:
        names = (image_uri, untagged(image_uri), repository(image_uri))
        exact = next((self.table[name] for name in names if name in self.table), None)
        if exact is not None:
            return exact
        for pattern, environment in self.table.items():
            if any(fnmatch.fnmatchcase(name, pattern) for name in names):
                return environment
        return None


def untagged(image_uri: str) -> str:
    """An image URI without its tag or digest."""
    path = image_uri.partition("@")[0]
    head, slash, tail = path.rpartition("/")
    return f"{head}{slash}{tail.partition(':')[0]}"


def repository(image_uri: str) -> str:
    """The last part of an image's name, such as ``sagemaker-xgboost``."""
    return untagged(image_uri).rpartition("/")[2]


def _interpreter(environment: str, image_uri: str) -> str:
    if environment == PROJECT:
        return sys.executable
    path = Path(environment).expanduser().absolute()
    found = path / "bin" / "python" if path.is_dir() else path
    if not found.is_file():
        raise UnknownImage(
            f"The environment {environment} of the image {repository(image_uri)} has no Python: "
            "make it, or correct [tool.benchtop.images] in pyproject.toml."
        )
    return str(found)
