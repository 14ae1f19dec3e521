"""Endpoints that really serve: variants of instances, and which of them takes a request.

An endpoint has one deployment that takes its traffic, or two while an update shifts it.
A deployment is made whole before any request reaches it, and ended after the last has left it.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchtop.runner.endpoints.balance import Balance
from benchtop.runner.endpoints.connections import Answer
from benchtop.runner.endpoints.container import TIMEOUT, Container, NotServing, lay_out
from benchtop.runner.endpoints.instance import GRACE, Instance, Start
from benchtop.runner.images import Images
from benchtop.runner.isolation import Isolation
from benchtop.store.logs import Logs
from benchtop.store.s3.objects import Objects

MODEL_SERVER = Path(__file__).with_name("model_server")
PATIENCE = 480.0
"""Seconds within which a container must answer its first ping, as on SageMaker."""
DRAIN = float(TIMEOUT)
"""Seconds that requests under way have before their instance is ended."""
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One production variant: what it runs, how often, and its share of the traffic."""

    name: str
    container: Container
    instances: int = 1
    weight: float = 1.0
    patience: float = PATIENCE


@dataclass
class Fleet:
    """The running instances of one variant."""

    variant: Variant
    weight: float
    instances: list[Instance] = field(default_factory=list)

    def idlest(self) -> Instance:
        """The instance with the fewest requests under way."""
        return min(self.instances, key=lambda each: each.busy)


@dataclass
class Deployment:
    """One endpoint configuration, running."""

    endpoint: str
    fleets: dict[str, Fleet] = field(default_factory=dict)

    def __hash__(self) -> int:
        return id(self)

    def instances(self) -> Iterator[Instance]:
        """Every instance of every variant."""
        return (each for fleet in self.fleets.values() for each in fleet.instances)


class NoSuchVariant(LookupError):
    """The endpoint has no variant of this name, or none that takes traffic."""


class Serving:
    """Every endpoint that serves, by name."""

    def __init__(  # noqa: PLR0917 - what it is given, in the order of every runner
        self,
        folder: Path,
        objects: Objects,
        logs: Logs,
        images: Images,
        isolation: Isolation,
        surroundings: dict[str, str],
    ) -> None:
        self.folder = folder.absolute()
        self.objects, self.logs, self.images = objects, logs, images
        self.isolation, self.surroundings = isolation, surroundings
        self._lock = threading.Condition()
        self._live: dict[str, dict[Deployment, float]] = {}
        self._balances: dict[str, Balance[tuple[Deployment, str]]] = {}
        self._started: weakref.WeakSet[Instance] = weakref.WeakSet()
        self._closed = False
        shutil.rmtree(self.folder, ignore_errors=True)  # what an earlier life left is of no use

    def deploy(self, endpoint: str, variants: Sequence[Variant]) -> Deployment:
        """Start every variant; returns when each instance has answered a ping.

        Raises:
            NotServing: says why one does not; nothing of the deployment is left running.
        """
        deployment = Deployment(endpoint)
        try:
            for variant in variants:
                fleet = deployment.fleets[variant.name] = Fleet(variant, variant.weight)
                self._enlarge(endpoint, fleet, variant.instances)
            for instance in deployment.instances():
                instance.wait()
        except BaseException:
            end(deployment, drain=0.0)
            raise
        return deployment

    def shift(self, endpoint: str, shares: dict[Deployment, float]) -> None:
        """Share the endpoint's traffic between deployments; one left out takes none."""
        with self._lock:
            self._live[endpoint] = {each: share for each, share in shares.items() if share > 0}
            self._balances.setdefault(endpoint, Balance())
            self._lock.notify_all()

    def live(self, endpoint: str) -> list[Deployment]:
        """The deployments that take the endpoint's traffic."""
        with self._lock:
            return list(self._live.get(endpoint, {}))

    def expect(self, endpoint: str, timeout: float) -> bool:
        """Wait until the endpoint takes traffic; False if it does not in time."""
        with self._lock:
            return self._lock.wait_for(lambda: endpoint in self._live, timeout)

    def stop(self, endpoint: str) -> None:
        """Take the endpoint off, and end its processes."""
        with self._lock:
            gone = self._live.pop(endpoint, {})
            self._balances.pop(endpoint, None)
        for deployment in gone:
            end(deployment, drain=GRACE)

    def close(self) -> None:
        """End every process, and start none again; what the records say is not changed."""
        with self._lock:
            self._closed = True
            started = list(self._started)
        _stop(started, 0.0)

    def scale(self, endpoint: str, weights: dict[str, float], counts: dict[str, int]) -> None:
        """Give variants other weights and other numbers of instances.

        Raises:
            NotServing: when a new instance does not serve; what ran before still runs.
        """
        for deployment in self.live(endpoint):
            for name, count in counts.items():
                self._resize(endpoint, deployment.fleets[name], count)
            for name, weight in weights.items():
                deployment.fleets[name].weight = weight

    def ask(
        self, endpoint: str, headers: dict[str, str], body: bytes, target: str | None = None
    ) -> tuple[str, Answer]:
        """Have a variant answer an invocation; gives the variant's name and the answer.

        Raises:
            NoSuchVariant: when the target variant is not there.
            TimedOut, Broken: when the model did not answer.
        """
        with self._lock:
            name, instance = self._choose(endpoint, target)
            instance.reserve()
        return name, instance.ask(headers, body, TIMEOUT)

    def _choose(self, endpoint: str, target: str | None) -> tuple[str, Instance]:
        weights = {
            (deployment, name): share * (1.0 if target else fleet.weight)
            for deployment, share in self._live.get(endpoint, {}).items()
            for name, fleet in deployment.fleets.items()
            if target in (None, name)
        }
        try:
            deployment, name = self._balances.get(endpoint, Balance()).choose(weights)
        except LookupError:
            raise NoSuchVariant(target or endpoint) from None
        return name, deployment.fleets[name].idlest()

    def _resize(self, endpoint: str, fleet: Fleet, count: int) -> None:
        before = list(fleet.instances)
        extra = Fleet(fleet.variant, 0.0)
        try:
            self._enlarge(endpoint, extra, count - len(before))
            for instance in extra.instances:
                instance.wait()
        except BaseException:
            _stop(extra.instances, 0.0)
            raise
        with self._lock:
            fleet.instances = [*before, *extra.instances][:count]
        _stop(before[count:], DRAIN)

    def _enlarge(self, endpoint: str, fleet: Fleet, count: int) -> None:
        for _ in range(count):
            fleet.instances.append(self._instance(endpoint, fleet.variant))

    def _instance(self, endpoint: str, variant: Variant) -> Instance:
        identity = f"i-{uuid.uuid4().hex[:17]}"
        stream = f"{variant.name}/{identity}"
        group = f"/aws/sagemaker/Endpoints/{endpoint}"

        def tell(lines: list[str]) -> None:
            now = int(time.time() * 1000)
            self.logs.append(group, stream, [(now, line) for line in lines])

        home = self.folder / identity
        try:
            return self._begin(self._start(home, variant), tell)
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            raise

    def _begin(self, start: Start, tell: Callable[[list[str]], None]) -> Instance:
        with self._lock:
            if self._closed:
                raise NotServing("Benchtop stops.")
            instance = Instance(start, tell)
            self._started.add(instance)
        return instance

    def _start(self, home: Path, variant: Variant) -> Start:
        container, opt_ml = variant.container, home / "opt" / "ml"
        python = self._python(container.image)
        lay_out(container, opt_ml, self.objects)
        root = self.isolation.root(opt_ml)
        command = [
            python, "-u", str(MODEL_SERVER), "--root", root, "--ready", f"{root}/port",
            "--image", container.image, "--workers", str(container.workers),
            "--timeout", str(container.timeout),
        ]  # fmt: skip
        return Start(
            command=self.isolation.wrap(command, opt_ml),
            environment=self._environment(container, opt_ml, root),
            home=home, ready=opt_ml / "port", workers=container.workers,
            variant=variant.name, patience=variant.patience,
        )  # fmt: skip

    def _python(self, image: str) -> str:
        try:
            return self.images.python(image)
        except (LookupError, ValueError) as unknown:
            raise NotServing(str(unknown.args[0])) from None

    def _environment(self, container: Container, opt_ml: Path, root: str) -> dict[str, str]:
        own = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return {
            **own,
            # One thread for each worker: several workers would fight for the cores, and a model
            # without threads can be forked instead of being loaded again.
            "OMP_NUM_THREADS": "1",
            "SM_MODEL_DIR": f"{root}/model",
            **self.surroundings,
            **container.environment,
            **self.isolation.environment(opt_ml),
        }


def end(deployment: Deployment, drain: float = DRAIN) -> None:
    """End every process of a deployment, after the requests under way."""
    _stop(list(deployment.instances()), drain)


def _stop(instances: Sequence[Instance], drain: float) -> None:
    stopping = [threading.Thread(target=each.stop, args=(drain,)) for each in instances]
    for thread in stopping:
        thread.start()
    for thread in stopping:
        thread.join()


__all__ = ["Deployment", "NoSuchVariant", "NotServing", "Serving", "Variant", "end"]
