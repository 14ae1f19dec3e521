"""RegisterModel: a new version in a model package group, which is made if it is not there."""

from __future__ import annotations

from dataclasses import replace

from benchtop.desks.sagemaker.steps import Ask, Ending
from benchtop.desks.sagemaker.steps.fitting import fit_request
from benchtop.desks.sagemaker.steps.jobs import job_name, taken
from benchtop.door.refusals import Refusal
from benchtop.interpreter.definition import Step
from benchtop.interpreter.values import Scope, resolve
from benchtop.store.records import Record, Records, Search
from benchtop.wire import Json

KIND = "model-package"
ALIKE = ("ModelPackageGroupName", "InferenceSpecification", "CustomerMetadataProperties")


class RegisterSteps:
    """Registers model packages."""

    def __init__(self, records: Records, ask: Ask) -> None:
        self._records = records
        self._ask = ask

    def name(self, execution: Record, step: Step) -> str:
        """A mark for the attempt; a version in a group has no name of its own."""
        return job_name(execution.name, step.name, 63)

    def prepare(self, step: Step, scope: Scope) -> Json:
        """The CreateModelPackage request."""
        return fit_request("CreateModelPackage", step.arguments, resolve(step.arguments, scope))

    def launch(self, execution: Record, step: Step, state: Json) -> Json:  # noqa: ARG002 - a Doer
        """Register the package, unless this attempt did so before a crash."""
        arn = self._registered(execution, state) or self._register(execution, state)
        return {"Metadata": {"RegisterModel": {"Arn": arn}}, "_child": arn}

    def look(self, execution: Record, step: Step, state: Json) -> Ending | None:  # noqa: ARG002 - a Doer
        """Read the package's status."""
        package = self._records.at(state["_child"])
        if package is None:
            return Ending(status="Failed", reason="The model package does not exist any more.")
        status = package.body.get("ModelPackageStatus") or package.status
        if status == "Failed":
            return Ending(status="Failed", reason=package.body.get("FailureReason", "Failed."))
        if status != "Completed":
            return None
        properties = self._ask("DescribeModelPackage", {"ModelPackageName": package.arn})
        return Ending(status="Succeeded", properties=properties)

    def stop(self, execution: Record, step: Step, state: Json) -> None:
        """A registration cannot be stopped; it is waited for."""

    def _register(self, execution: Record, state: Json) -> str:
        request = state["_request"]
        group = request.get("ModelPackageGroupName")
        if group and self._records.find("model-package-group", group) is None:
            self._make_group(group)
        arn: str = self._ask("CreateModelPackage", request)["ModelPackageArn"]
        made = self._records.at(arn)
        if made is None:
            raise Refusal(f"{arn} was created, and then does not exist.")
        return self._claimed(made, execution, state)

    def _claimed(self, package: Record, execution: Record, state: Json) -> str:
        """Mark a package as this attempt's, in one step with its parent."""
        mark = state["_name"]
        self._records.change(
            KIND,
            package.name,
            lambda record: replace(record.evolve(_attempt=mark), parent=execution.arn),
        )
        return package.arn

    def _make_group(self, group: str) -> None:
        try:
            self._ask("CreateModelPackageGroup", {"ModelPackageGroupName": group})
        except Refusal as no:
            if not taken(no):
                raise

    def _registered(self, execution: Record, state: Json) -> str | None:
        """The package that this attempt registered before a crash, if it did."""
        for made in self._records.search(Search(kind=KIND, parent=execution.arn)):
            if made.body.get("_attempt") == state["_name"]:
                return made.arn
        # A crash between the registration and the mark leaves a package without a parent.
        for made in self._records.search(
            Search(kind=KIND, parent="", created_after=state["_launched"])
        ):
            if all(made.body.get(name) == state["_request"].get(name) for name in ALIKE):
                return self._claimed(made, execution, state)
        return None
