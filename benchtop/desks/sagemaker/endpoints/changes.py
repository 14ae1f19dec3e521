"""What an endpoint's status promises, done: each change of an endpoint in a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from benchtop.desks.sagemaker.endpoints.rollout import Alarms, Interrupted, RolledBack, move, read
from benchtop.desks.sagemaker.endpoints.variants import start, summaries
from benchtop.runner.endpoints.serving import Deployment, NotServing, Serving, end
from benchtop.store.records import Missing, Record, Records
from benchtop.wire import Json

KIND = "endpoint"
REASON = 1024
"""The most characters a FailureReason has."""

log = logging.getLogger(__name__)


class Changes:
    """Brings endpoints from what serves to what is wanted."""

    def __init__(self, records: Records, serving: Serving, alarmed: Alarms) -> None:
        self.records, self.serving, self.alarmed = records, serving, alarmed
        self._closing = threading.Event()

    def begin(self, name: str) -> None:
        """Do what the record's status says, in the background."""
        threading.Thread(target=self._do, args=(name,), name=name, daemon=True).start()

    def resume(self, record: Record) -> None:
        """Go on with an endpoint after a restart: what served serves again first."""
        if record.status in ("InService", "Creating", "Updating", "Deleting"):
            self.begin(record.name)

    def close(self) -> None:
        """Have waiting rollouts end, to be resumed."""
        self._closing.set()

    def _do(self, name: str) -> None:
        try:
            record = self.records.get(KIND, name)
            if record.status in ("InService", "Updating") and not self.serving.live(name):
                self._serve(name, record.body["_Serving"])
            match record.status:
                case "Creating":
                    self._serve(name, record.body["_Wanted"]["variants"])
                    self._arrived(name, record.body["_Wanted"])
                case "Updating":
                    self._update(name, record.body["_Wanted"])
                case "Deleting":
                    self.serving.stop(name)
                    self.records.remove(KIND, name)
        except (Missing, Interrupted):
            return
        except NotServing as fault:
            self._failed(name, str(fault))
        except Exception as fault:
            log.exception("Could not bring up endpoint %s.", name)
            self._failed(name, f"{type(fault).__name__}: {fault}")

    def _serve(self, name: str, variants: list[Json]) -> None:
        deployment = self.serving.deploy(name, start(variants))
        self.serving.shift(name, {deployment: 1.0})

    def _update(self, name: str, wanted: Json) -> None:
        try:
            if "scale" in wanted:
                self._scale(name, wanted["scale"])
                self._arrived(name, {"variants": wanted["scale"]})
            else:
                self._replace(name, wanted)
                self._arrived(name, wanted)
        except (NotServing, RolledBack) as fault:
            self._settle(name, "InService", FailureReason=str(fault)[:REASON])
        except Interrupted:
            raise
        except Exception as fault:
            log.exception("Could not update endpoint %s.", name)
            self._settle(name, "InService", FailureReason=str(fault)[:REASON])

    def _scale(self, name: str, variants: list[Json]) -> None:
        weights = {each["VariantName"]: each["InitialVariantWeight"] for each in variants}
        counts = {each["VariantName"]: each["InitialInstanceCount"]
                  for each in variants if "InitialInstanceCount" in each}  # fmt: skip
        self.serving.scale(name, weights, counts)

    def _replace(self, name: str, wanted: Json) -> None:
        """Start the new deployment beside the old one, move the traffic, and end the old one."""
        (old,) = self.serving.live(name)
        new = self.serving.deploy(name, start(wanted["variants"]))
        rollout = read(wanted["deployment"], len(list(new.instances())), watched=True)

        def shift(share: float) -> None:
            self.serving.shift(name, {old: 1.0 - share, new: share})

        try:
            move(rollout, shift, self.alarmed, self._closing)
        except BaseException:
            self._back(name, old, new)
            raise
        end(old)

    def _back(self, name: str, old: Deployment, new: Deployment) -> None:
        self.serving.shift(name, {old: 1.0})
        end(new)

    def _arrived(self, name: str, wanted: Json) -> None:
        members: Json = {
            "ProductionVariants": summaries(wanted["variants"], time.time()),
            "_Serving": wanted["variants"],
        }
        if "config" in wanted:
            members["EndpointConfigName"] = wanted["config"]
        if wanted.get("deployment"):
            members["LastDeploymentConfig"] = wanted["deployment"]
        self._settle(name, "InService", **members)

    def _failed(self, name: str, reason: str) -> None:
        self._settle(name, "Failed", FailureReason=reason[:REASON])

    def _settle(self, name: str, status: str, **members: Any) -> None:
        if self._closing.is_set():
            return  # benchtop stops: the record still says what is to be done
        gone = {"_Wanted": None, "PendingDeploymentSummary": None}
        told = {**gone, "EndpointStatus": status, "LastModifiedTime": time.time(), **members}
        self.records.change(KIND, name, lambda record: record.evolve(status=status, **told))
