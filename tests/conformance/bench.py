"""Everything that answers a client, in this process, before a runner that only keeps books.

Nothing runs by itself: ``work`` moves tuning jobs on until nothing is due, and training jobs end
at once, or when told.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from botocore.awsrequest import AWSResponse

from benchtop.desks.place import Place
from benchtop.desks.sagemaker.jobs.training import TrainingDesk
from benchtop.desks.sagemaker.tags import TagsDesk
from benchtop.desks.sagemaker.tuning.tuning import TuningDesk
from benchtop.door.front import Front
from benchtop.door.json11 import Door
from benchtop.foreman import kind
from benchtop.runner.images import Images
from benchtop.runner.jobs.metrics import Emission
from benchtop.runner.jobs.work import Outcome, Reports
from benchtop.store.records import Record, Records, Search
from benchtop.store.s3.objects import Objects
from benchtop.tuner.ranges import real
from benchtop.wire import Json
from tests.conftest import sagemaker_model, session

Answer = tuple[int, Json]

ENDINGS = {"run": "Completed", "fail": "Failed", "silent": "Silent", "hold": None}
"""How training jobs end at once; those that are held go on until somebody ends them."""


class Bookkeeper:
    """A runner whose jobs end as they are told, without a process."""

    def __init__(self) -> None:
        self.images = Images(dict.fromkeys(("mine", "other", "sagemaker-xgboost"), "project"))
        self.reset()

    def reset(self) -> None:
        """Have jobs complete at once, and know none."""
        self.ending: str | None = "Completed"
        self.reason = "AlgorithmError: , exit code: 1"
        self.curves: dict[str, list[float]] = {}
        self._running: dict[str, tuple[Json, Reports]] = {}

    def begin(self, work: Any, reports: Reports, **_: object) -> None:
        self._running[work.request["TrainingJobName"]] = (work.request, reports)
        if self.ending:
            self.end(work.request["TrainingJobName"], self.ending)

    def stop(self, _kind: str, name: str) -> None:
        self.end(name, "Stopped")

    def forget(self, kind: str, name: str) -> None:
        """Nothing was kept."""

    def emissions(self, _kind: str, name: str) -> list[Emission]:
        return [Emission(name="loss", value=each, at=0.0) for each in self.curves.get(name, [])]

    def emit(self, name: str, *values: float) -> None:
        """Have a running job print its objective."""
        self.curves.setdefault(name, []).extend(values)
        self._running[name][1].measured(_finals(values[-1]))

    def end(self, name: str, status: str) -> None:
        """End a job; its objective is its hyperparameter x, unless it printed another."""
        request, reports = self._running.pop(name)
        x = real(request.get("HyperParameters", {}).get("x", "")) or 0.5
        last = self.curves.get(name, [] if status in ("Stopped", "Silent") else [x])[-1:]
        status = "Completed" if status == "Silent" else status
        reason = self.reason if status == "Failed" else None
        reports.entered("Training")
        reports.ended(
            Outcome(
                status=status, secondary=status, failure_reason=reason,
                metrics=_finals(*last) if last else [],
            )
        )  # fmt: skip

    def running(self) -> list[str]:
        """The names of the jobs that run."""
        return list(self._running)


class ByHand:
    """A foreman who works when told."""

    def __init__(self) -> None:
        self._advance: dict[str, Callable[[str], float | None]] = {}
        self._due: dict[str, float] = {}

    def reset(self) -> None:
        self._due.clear()

    def hire(self, kind: str, advance: Callable[[str], float | None]) -> None:
        self._advance[kind] = advance

    def wake(self, arn: str, at: float = 0.0) -> None:
        if kind(arn) in self._advance:
            self._due[arn] = min(at, self._due.get(arn, at))

    def heard(self, record: Record) -> None:
        if record.parent:
            self.wake(record.parent)

    def work(self, now: float) -> None:
        """Advance whatever is due until nothing is."""
        while due := [arn for arn, at in self._due.items() if at <= now]:
            del self._due[due[0]]
            again = self._advance[kind(due[0])](due[0])
            if again is not None:
                self.wake(due[0], again)


class Bench:
    """Records, objects, desks and the front before them."""

    def __init__(self, folder: Path) -> None:
        self.records = Records(folder / "benchtop.db")
        self.records._db.execute("PRAGMA synchronous = OFF")  # No row survives its test.
        self.objects = Objects(folder / "buckets")
        self.objects.make_bucket("bucket")
        for key in ("data/a.csv", "other/a.csv"):
            self.objects.put("bucket", key, io.BytesIO(b"1,2\n"))
        self.ahead = 0.0
        self.runner = Bookkeeper()
        self.foreman = ByHand()
        self.records.listen(self.foreman.heard)
        place = Place()
        training = TrainingDesk(self.records, self.objects, place, self.runner)  # type: ignore[arg-type]
        tuning = TuningDesk(self.records, place, training, self.foreman, clock=self.now)  # type: ignore[arg-type]
        desks = [training, tuning, TagsDesk(self.records, place)]
        self.front = Front({"sagemaker": Door(sagemaker_model(), desks)}, {}, _nowhere, _nowhere)

    def now(self) -> float:
        return time.time() + self.ahead

    def do(self, word: str) -> None:
        """A word of a row: what happens on the bench."""
        verb, _, rest = word.partition(" ")
        words: dict[str, Callable[[], None]] = {
            "work": lambda: self.foreman.work(self.now()),
            "jobs": lambda: setattr(self.runner, "ending", ENDINGS[rest]),
            "reason": lambda: setattr(self.runner, "reason", rest),
            "end": lambda: self._end(rest),
            "emit": lambda: self.runner.emit(self.runner.running()[0], *map(float, rest.split())),
            "wait": lambda: self._wait(float(rest)),
        }
        words[verb]()

    def _end(self, status: str) -> None:
        for name in self.runner.running():
            self.runner.end(name, status)

    def _wait(self, seconds: float) -> None:
        self.ahead += seconds
        for job in self.records.search(Search(kind="hyper-parameter-tuning-job")):
            self.foreman.wake(job.arn)

    def empty(self) -> None:
        """Forget everything but the data."""
        self.records._db.execute("DELETE FROM records")
        self.ahead = 0.0
        self.runner.reset()
        self.foreman.reset()

    def close(self) -> None:
        self.records.close()
        self.objects.close()

    def raw(self, operation: str, request: Json) -> Answer:
        """One HTTP request, byte by byte."""
        return _post(self.front, operation, json.dumps(request).encode())

    def client(self) -> Any:
        """A boto3 client whose requests come to this bench; no socket is opened."""
        client, fronts = _client()
        fronts[:] = [self.front]
        return client


def _finals(*values: float) -> list[Json]:
    return [{"MetricName": "loss", "Value": each, "Timestamp": 0.0} for each in values]


def _nowhere(environ: Any, _start_response: Any) -> list[bytes]:
    raise AssertionError(environ["PATH_INFO"])


def _post(front: Front, operation: str, body: bytes) -> Answer:
    status: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/", "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/x-amz-json-1.1", "wsgi.input": io.BytesIO(body),
        "HTTP_X_AMZ_TARGET": f"SageMaker.{operation}",
    }  # fmt: skip
    chunks = front(environ, lambda told, _headers: status.append(told))  # type: ignore[arg-type,return-value]
    content = b"".join(chunks)
    return int(status[0][:3]), json.loads(content or b"{}")


class _Body(io.BytesIO):
    def stream(self, *_: object, **__: object) -> Any:
        yield self.read()


@cache
def _client() -> tuple[Any, list[Front]]:
    """One client for all benches, and the front that it speaks to now."""
    client = session().client("sagemaker", endpoint_url="http://benchtop.test")
    fronts: list[Front] = []

    def answer(request: Any, **_: object) -> AWSResponse:
        operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
        status, body = _post(fronts[-1], operation, request.body)
        raw = json.dumps(body).encode()
        return AWSResponse(request.url, status, {"content-type": "application/json"}, _Body(raw))

    client.meta.events.register("before-send.sagemaker", answer)
    return client, fronts
