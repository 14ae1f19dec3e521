"""One callable for all of AWS: a request finds its service, the service its door.

What tells the service, in this order:

1. a path that a page of benchtop's own has, when the request is not signed;
2. ``X-Amz-Target``, whose prefix names a JSON service;
3. the service in the signature's credential scope, in the header or in a presigned URL;
4. unsigned: a path of a REST service, else S3, which is the one service that strangers may read.

SageMaker, Lambda, Logs, Service Quotas, S3 and CloudFormation are answered here or refused by
name. Every other service is a neighbour's.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from benchtop.door.answer import (
    Answer,
    Refuse,
    in_json11,
    in_query,
    in_rest_json,
    in_rest_xml,
)
from benchtop.door.json11 import Door
from benchtop.door.query import QueryDoor
from benchtop.door.refusals import InternalFailure, Refusal, UnknownOperation
from benchtop.door.request import Request
from benchtop.door.rest import RestDoor

OBJECTS = frozenset({"s3", "s3express"})

OURS = frozenset({
    *OBJECTS, "sagemaker", "lambda", "logs", "servicequotas", "cloudformation",
    "s3-object-lambda", "s3-outposts",
})  # fmt: skip
"""Signing names that no neighbour may answer: a neighbour would report success for nothing."""

OUR_TARGETS = frozenset({"SageMaker", "Logs_20140328", "ServiceQuotasV20190624"})

FORM = "application/x-www-form-urlencoded"
LARGEST_FORM = 8 << 20

log = logging.getLogger(__name__)

Send = Callable[[Request, StartResponse], Iterable[bytes]]


class Front:
    """Everything that AWS clients are heard by."""

    def __init__(
        self,
        doors: Mapping[str, Door],
        rest: Mapping[str, RestDoor],
        objects: WSGIApplication,
        neighbours: WSGIApplication,
        *,
        queries: Mapping[str, QueryDoor] | None = None,
        pages: Mapping[str, WSGIApplication] | None = None,
    ) -> None:
        """Put the doors side by side.

        Args:
            doors: the JSON services, by botocore's names for services; what they lack of a
                service that neighbours may answer goes to the neighbours.
            rest: the REST-JSON services.
            objects: answers S3.
            neighbours: answers every service that benchtop does not.
            queries: the services of the query protocol; operations that they lack go to
                the neighbours.
            pages: pages of benchtop's own by the start of their path, such as ``/_benchtop/``:
                no bucket's name begins with an underscore.
        """
        self.doors = {door.model.metadata["targetPrefix"]: door for door in doors.values()}
        self.rest = list(rest.values())
        self.objects = objects
        self.neighbours = neighbours
        self.queries = {door.model.signing_name: door for door in (queries or {}).values()}
        self.pages = dict(pages or {})

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        refuse = _manner(request)
        try:
            if page := self._page(request):
                return page(environ, start_response)
            if request.target:
                return self._by_target(request, start_response)
            if request.scope.service:
                return self._by_scope(request, start_response)
            return self._unsigned(request, start_response)
        except Refusal as no:
            refused = refuse(no)
        except Exception:
            log.exception("%s %s %s failed.", request.method, request.path, request.target)
            refused = refuse(InternalFailure())
        if request.method == "HEAD":
            refused = replace(refused, body=b"")
        return refused.send(start_response)

    def _page(self, request: Request) -> WSGIApplication | None:
        if not self.pages or request.target or request.scope.service:
            return None
        return next(
            (app for path, app in self.pages.items() if request.path.startswith(path)), None
        )

    def _by_target(self, request: Request, start_response: StartResponse) -> Iterable[bytes]:
        prefix, _, operation = request.target.rpartition(".")
        door = self.doors.get(prefix)
        if door is not None and (door.model.signing_name in OURS or door.find(operation)):
            return _send(door.refuse, lambda: door.answer(request), start_response)
        if prefix in OUR_TARGETS or not request.scope.service or request.scope.service in OURS:
            raise UnknownOperation(f"{request.target} is not an operation built into benchtop.")
        return self._neighbour(request, start_response)

    def _by_scope(self, request: Request, start_response: StartResponse) -> Iterable[bytes]:
        service = request.scope.service
        if service in OBJECTS:
            return self.objects(request.environ, start_response)
        if found := self._rest(request, service):
            return _send(found.refuse, lambda: found.answer(request), start_response)
        if service in self.queries:
            return self._query(self.queries[service], request, start_response)
        return self._neighbour(request, start_response)

    def _unsigned(self, request: Request, start_response: StartResponse) -> Iterable[bytes]:
        found = next((door for door in self.rest if door.route(request)), None)
        if found is not None:
            return _send(found.refuse, lambda: found.answer(request), start_response)
        if request.method == "POST" and _is_form(request):
            # AssumeRoleWithWebIdentity and its like are asked by those who have no key yet.
            return self.neighbours(request.environ, start_response)
        return self.objects(request.environ, start_response)

    def _rest(self, request: Request, service: str) -> RestDoor | None:
        """The REST service that has the path; several of them sign with the same name."""
        signed = [door for door in self.rest if door.model.signing_name == service]
        return next((door for door in signed if door.route(request)), signed[0] if signed else None)

    def _query(
        self, door: QueryDoor, request: Request, start_response: StartResponse
    ) -> Iterable[bytes]:
        content = request.body(LARGEST_FORM) if request.method == "POST" else b""
        form = {**request.query, **parse_qs(content.decode("utf-8", "replace"))}
        action = form.get("Action", [""])[0]
        if door.has(action) and not _borrowed(request.scope.key):
            return _send(door.refuse, lambda: door.answer(form), start_response)
        request.environ["wsgi.input"] = io.BytesIO(content)
        request.environ["CONTENT_LENGTH"] = str(len(content))
        return self._neighbour(request, start_response)

    def _neighbour(self, request: Request, start_response: StartResponse) -> Iterable[bytes]:
        if request.scope.service in OURS:
            raise UnknownOperation(
                f"{request.method} {request.path} of {request.scope.service} is not built into "
                "benchtop: run this on AWS."
            )
        return self.neighbours(request.environ, start_response)


def _send(
    refuse: Refuse, answer: Callable[[], Answer], start_response: StartResponse
) -> Iterable[bytes]:
    """Answer, or refuse as the door's own protocol does."""
    try:
        given = answer()
    except Refusal as no:
        given = refuse(no)
    except Exception:
        log.exception("Benchtop met a fault of its own.")
        given = refuse(InternalFailure())
    return given.send(start_response)


def _borrowed(key: str) -> bool:
    """Whether a key came from AssumeRole: the neighbour that lent it knows whose it is."""
    return key.startswith("ASIA")


def _is_form(request: Request) -> bool:
    return (request.header("Content-Type") or "").startswith(FORM)


def _manner(request: Request) -> Refuse:
    """How to refuse a request that has not found its door."""
    if request.target:
        return in_json11(None)
    if _is_form(request):
        return in_query
    if request.scope.service in OBJECTS or not request.scope.service:
        return in_rest_xml
    return in_rest_json(None)
