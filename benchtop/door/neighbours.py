"""The AWS services that benchtop does not build: moto's, behind the same port.

The only module that hooks into moto. These things are relied upon, and tested: the dispatcher
takes the function that makes a service's application; the account is taken from a header; what
moto has not built raises ``NotImplementedError``; managed policies load when a variable says so;
whatever of moto reaches a network does so by a module's name ``requests``.
moto is imported with the first request for it: it costs a second, and many runs never need it.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import threading
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from benchtop.door.refusals import UnknownOperation
from benchtop.door.request import Request

NEVER = frozenset({
    "sagemaker", "sagemakerruntime", "sagemakermetrics", "cloudformation", "s3", "s3bucket_path",
    "s3control", "lambda", "awslambda", "logs", "moto_api", "instance_metadata",
})  # fmt: skip
"""Services of moto's that pretend: they answer success for what did not happen."""

CONTAINERS = frozenset({"batch", "batch_simple"})
"""Services of moto's that start containers, which benchtop does without."""

LARGEST = 64 << 20

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": ["sagemaker.amazonaws.com", "lambda.amazonaws.com"]},
        "Action": "sts:AssumeRole",
    }],
}  # fmt: skip
"""Who may be the default role."""

log = logging.getLogger(__name__)


class Neighbours:
    """moto in this process, in one account, without a network."""

    def __init__(self, account: str, role: str = "benchtop") -> None:
        """Remember whose neighbours these are.

        Args:
            account: the twelve digits that every answer carries.
            role: the name of the role that exists from the start.
        """
        self._account = account
        self._role = role
        self._lock = threading.Lock()
        self._moto: WSGIApplication | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request for a service that benchtop does not build.

        Raises:
            UnknownOperation: when moto has not built it either.
        """
        request = Request(environ)
        content = request.body(LARGEST)
        environ["wsgi.input"] = io.BytesIO(content)
        environ["CONTENT_LENGTH"] = str(len(content))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = self._account
        environ.setdefault("RAW_URI", environ.get("REQUEST_URI", ""))
        try:
            return self._ready()(environ, start_response)
        except NotImplementedError as fault:
            raise UnknownOperation(
                f"{request.scope.service} does not do this in benchtop ({fault}): run it on AWS."
            ) from None

    def _ready(self) -> WSGIApplication:
        with self._lock:
            if self._moto is None:
                moto = _import_moto()
                self._moto = moto
                self._seed(moto)
            return self._moto

    def _seed(self, moto: WSGIApplication) -> None:
        """Make the default role, as anybody would."""
        form = {
            "Action": "CreateRole",
            "Version": "2010-05-08",
            "RoleName": self._role,
            "AssumeRolePolicyDocument": json.dumps(TRUST),
        }
        status, answer = _post(moto, "iam", form, self._account)
        if not status.startswith("200"):
            log.warning("The role %s could not be made: %s %r", self._role, status, answer)


def _import_moto() -> WSGIApplication:
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    from moto.moto_server import werkzeug_app  # noqa: PLC0415

    def application(service: str | None) -> Any:
        if service is None or service in NEVER or service in CONTAINERS:
            raise UnknownOperation(
                f"{service or 'The service of this request'} is not built into benchtop: "
                "run this on AWS."
            )
        built = werkzeug_app.create_backend_app(service)
        _disconnect()
        return built

    moto: WSGIApplication = werkzeug_app.DomainDispatcherApplication(application)
    return moto


class Nobody:
    """Stands in moto for the library that reaches a network, and reaches nobody."""

    def __getattr__(self, name: str) -> Any:
        """Refuse, whatever is wanted of the network."""
        raise NotImplementedError("it would leave this machine")


def _disconnect() -> None:
    """Take the network from every part of moto that is loaded by now."""
    network = sys.modules.get("requests")
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and vars(module).get("requests") is network:
            vars(module)["requests"] = Nobody()


def _post(
    app: WSGIApplication, service: str, form: dict[str, str], account: str
) -> tuple[str, bytes]:
    """Ask a service of the query protocol without a socket."""
    content = urlencode(form).encode()
    credential = f"Credential=benchtop/20130524/us-east-1/{service}/aws4_request"
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/", "QUERY_STRING": "", "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_HOST": "localhost",
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(content), "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(content)),
        "CONTENT_TYPE": "application/x-www-form-urlencoded; charset=utf-8",
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0",
        "HTTP_X_MOTO_ACCOUNT_ID": account,
    }  # fmt: skip
    said: list[str] = []

    def start_response(status: str, *_: Any) -> Any:
        said.append(status)

    body = b"".join(app(environ, start_response))
    return said[0], body
