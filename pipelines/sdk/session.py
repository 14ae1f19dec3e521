"""Compiling without a network, an account or credentials."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import boto3
import botocore.session
from botocore.awsrequest import AWSResponse

from pipelines.environments import Environment
from pipelines.sdk.imports import Pipeline, PipelineSession, Step, image_uris

# what a botocore session would otherwise read on the machine of whoever compiles
MACHINE: dict[str, Any] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
    "ignore_configured_endpoint_urls": (None, None, True, None),
}
DENIED = b"""<ErrorResponse><Error>
<Code>AccessDenied</Code><Message>compiling offline</Message>
</Error></ErrorResponse>"""


class MustNotCall(RuntimeError):
    """Compiling a pipeline must not need AWS."""


class Offline:
    """Answers every AWS request of the SDK: uploads are kept, the rest is refused by name."""

    def __init__(self, region: str) -> None:
        self.uploads: dict[str, bytes] = {}
        session = botocore.session.Session(session_vars=MACHINE)
        session.set_credentials("offline", "offline")
        session.register("before-send", self._answer)  # type: ignore[arg-type]
        self.session = boto3.Session(botocore_session=session, region_name=region)

    def _answer(self, request: Any, event_name: str, **_event: object) -> AWSResponse:
        _, service, operation = event_name.split(".", 2)
        match service, operation:
            case "s3", "PutObject":
                self._keep(request)
                return _response(request, 200, {"ETag": '"offline"'})
            case "iam", _:  # the SDK takes this for "cannot know" and goes on
                return _response(request, 403, {"content-type": "text/xml"}, DENIED)
        raise MustNotCall(
            f"Compiling a pipeline must not call AWS, but called {service} {operation}."
        )

    def _keep(self, request: Any) -> None:
        bucket, _, key = _place(str(request.url)).partition("/")
        body = request.body
        self.uploads[f"s3://{bucket}/{key}"] = body if isinstance(body, bytes) else body.read()


class _Body(io.BytesIO):
    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.read()


def _response(request: Any, status: int, headers: dict[str, str], body: bytes = b"") -> AWSResponse:
    return AWSResponse(request.url, status, headers, _Body(body))  # type: ignore[arg-type]


def _place(url: str) -> str:
    """``bucket/key`` of an S3 URL of either style."""
    host, _, path = url.partition("://")[2].partition("?")[0].partition("/")
    bucket, dot_s3, _ = host.partition(".s3.")
    return f"{bucket}/{path}" if dot_s3 else path


def image(environment: Environment, framework: str, version: str) -> str:
    """The URI of one of AWS's containers in the environment's region."""
    return str(image_uris.retrieve(framework, region=environment.region, version=version))


def pipeline(
    name: str, environment: Environment, *, parameters: Iterable[Any], steps: Sequence[Step]
) -> Pipeline:
    """A pipeline that compiles offline; ``uploads_of`` then says which objects it needs."""
    offline = Offline(environment.region)
    session = PipelineSession(boto_session=offline.session, default_bucket=environment.bucket)
    made = Pipeline(
        name=name,
        parameters=list(parameters),
        steps=list(steps),
        sagemaker_session=session,
        pipeline_experiment_config=None,  # nobody reads them: no experiment for each execution
    )
    made.offline = offline
    return made


def uploads_of(made: Pipeline) -> dict[str, bytes]:
    """Every object that a compiled pipeline refers to, by its URI."""
    uploads = dict(made.offline.uploads)
    for step in _all_steps(made.steps):
        code = getattr(step, "code", None)
        if code is not None:
            uploads.update(code.objects())
    return uploads


def _all_steps(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _all_steps([*getattr(step, "if_steps", []), *getattr(step, "else_steps", [])])
