"""Puts the parts together; the only module that knows them all."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import boto3
from botocore.config import Config

from benchtop.desks.place import Place
from benchtop.desks.quotas.account import Account, UnknownQuota
from benchtop.door.neighbours import Neighbours
from benchtop.door.server import PortTaken, Server
from benchtop.door.trouble import Trouble
from benchtop.foreman import Foreman
from benchtop.offices import Offices, catalogue
from benchtop.runner import isolation
from benchtop.runner.endpoints.serving import Serving
from benchtop.runner.images import Images
from benchtop.runner.jobs.luck import Luck
from benchtop.runner.jobs.runner import Runner
from benchtop.runner.warm.pool import Pool
from benchtop.settings import Settings
from benchtop.store.lock import StateLock, StateTaken
from benchtop.store.logs import Logs
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects
from benchtop.surroundings import CREDENTIALS, surroundings

LONGEST_CALL = 960
"""Seconds that a call of one desk to a neighbour may take."""

log = logging.getLogger(__name__)


class CannotStart(Exception):
    """Benchtop cannot start; the message says why, and what to do."""


class Bench:
    """One benchtop: its state, its desks, its door, and the foreman that keeps things going."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def start(self, *, lasting: bool) -> None:
        """Take the state, listen, and go on with whatever had been running.

        Args:
            lasting: whether this benchtop stays until somebody stops it.

        Raises:
            CannotStart: when the state or the port cannot be had.
        """
        try:
            self._lock = StateLock(self.settings.state).__enter__()
        except (StateTaken, OSError) as no:
            raise CannotStart(_sentence(no, self.settings)) from no
        with ExitStack() as undo:
            undo.callback(self._lock.__exit__, None, None, None)
            try:
                self._start(undo, lasting=lasting)
            except (PortTaken, OSError, isolation.NoIsolation, UnknownQuota) as no:
                raise CannotStart(_sentence(no, self.settings)) from no
            undo.pop_all()

    def stop(self) -> None:
        """Stop listening, end what runs, and let go; the next start goes on with everything."""
        self._server.stop()
        self._foreman.stop()
        self._offices.close()
        if left := self._runner.leave():
            log.info("%d jobs were ended; the next benchtop starts them again.", len(left))
        self._runner.close()
        self._serving.close()
        self._records.close()
        self._objects.close()
        self._lock.__exit__(None, None, None)

    def client(self, service: str) -> Any:
        """A client of our own, for what one desk needs of a neighbour."""
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.settings.endpoint,
            region_name=self.settings.region,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            # a function may take its 15 minutes; asking again would run it twice
            config=Config(read_timeout=LONGEST_CALL, retries={"total_max_attempts": 1}),
        )

    def hire(self, *given: Any, **options: Any) -> Runner:
        """The runner; a benchmark has one of its own."""
        return Runner(*given, **options)

    def _start(self, undo: ExitStack, *, lasting: bool) -> None:
        # The socket first: its port stands in the environment of every job that goes on.
        self._front: WSGIApplication = _not_yet
        self._server = Server(self._hear, port=self.settings.port)
        self._server.start()
        undo.callback(self._server.stop)
        self.settings = replace(self.settings, port=self._server.port)
        self._open()
        self._lock.tell(self.settings.endpoint, lasting=lasting)
        self._foreman.start()
        self._offices.resume()

    def _hear(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._front(environ, start_response)

    def _open(self) -> None:
        settings, state = self.settings, self.settings.state.absolute()
        place = Place(account=settings.account, region=settings.region)
        self._records = Records(state / "benchtop.db")
        self._objects = Objects(state / "buckets")
        self._objects.make_bucket(settings.bucket)
        logs = Logs(state / "logs")
        images = Images(settings.images)
        means = isolation.choose(settings.isolation)
        log.info("Jobs get their /opt/ml by %s.", means.name)
        if not (settings.warm_workers and means.name == "namespaces"):
            log.info("Every script starts in a new interpreter; none is forked from a warm one.")
        around = surroundings(settings)
        self._foreman = Foreman()
        self._records.listen(self._foreman.heard)
        self._runner = self.hire(
            state / "jobs", self._objects, logs, images, means, around,
            memory_limit=int(settings.memory_limit_gib * 2**30), luck=_luck(settings),
            warm=Pool() if settings.warm_workers else None,
        )  # fmt: skip
        self._serving = Serving(state / "endpoints", self._objects, logs, images, means, around)
        self._offices = Offices(
            records=self._records, objects=self._objects, logs=logs, place=place,
            runner=self._runner, serving=self._serving, foreman=self._foreman,
            account=Account(
                self._records, catalogue(), settings.quotas, enforced=settings.enforce_quotas
            ),
            trouble=Trouble(settings.faults),
            folder=state, around=around, client=self.client,
            bayesian_engine=settings.bayesian_engine,
        )  # fmt: skip
        self._front = self._offices.front(Neighbours(settings.account))


def _luck(settings: Settings) -> Luck:
    return Luck(
        interruptions=settings.spot_interruptions,
        capacity=settings.faults.get("capacity", 0.0),
        internal=settings.faults.get("internal", 0.0),
    )


def _not_yet(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Have a client that is too early try again, as every AWS client does by itself."""
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return []


def _sentence(fault: Exception, settings: Settings) -> str:
    if isinstance(fault, PermissionError):
        return f"{fault.filename or settings.state} may not be written: give another --state DIR."
    if isinstance(fault, OSError):
        return f"{fault.filename or settings.state}: {fault.strerror}."
    return str(fault)
