"""Which operation a method and a path mean, by the templates of a REST model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from botocore.model import OperationModel, ServiceModel

from benchtop.door.request import Request
from benchtop.wire import Json

LABEL = re.compile(r"\{([^}+]+)(\+?)\}")


@dataclass(frozen=True, kw_only=True)
class Route:
    """One operation's method and path, and the query that it always has."""

    operation: OperationModel
    method: str
    path: re.Pattern[str]
    labels: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    precision: tuple[int, int]

    def match(self, request: Request) -> Json | None:
        """What stands at the labels, when the request is this operation."""
        if request.method != self.method:
            return None
        found = self.path.fullmatch(request.path)
        if found is None or not all(v in request.query.get(n, ()) for n, v in self.query):
            return None
        return dict(zip(self.labels, found.groups(), strict=True))


def routes(model: ServiceModel) -> list[Route]:
    """All routes of a service, the most precise first."""
    found = [_route(model.operation_model(name)) for name in model.operation_names]
    return sorted(found, key=lambda route: route.precision, reverse=True)


def _route(operation: OperationModel) -> Route:
    path, _, query = operation.http["requestUri"].partition("?")
    fixed = tuple(parse_qsl(query, keep_blank_values=True))
    pieces, start, labels = [], 0, []
    for label in LABEL.finditer(path):
        pieces += [re.escape(path[start : label.start()]), "(.+)" if label[2] else "([^/]+)"]
        labels.append(label[1])
        start = label.end()
    pieces.append(re.escape(path[start:].rstrip("/")))
    return Route(
        operation=operation,
        method=operation.http["method"],
        path=re.compile("".join(pieces) + "/?"),
        labels=tuple(labels),
        query=fixed,
        precision=(len(fixed), len(LABEL.sub("", path))),
    )
