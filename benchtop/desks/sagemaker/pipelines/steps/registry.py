"""RegisterModel: a new version in a model package group, which is made if it is not there."""

from __future__ import annotations

from benchtop.desks.sagemaker.pipelines.steps import Ask, Ending
from benchtop.desks.sagemaker.pipelines.steps.fitting import fit_request
from benchtop.desks.sagemaker.pipelines.steps.jobs import adopt, job_name, taken
from benchtop.door.refusals import Refusal
from benchtop.interpreter.definition import Step
from benchtop.interpreter.values import Scope, resolve
from benchtop.store.records import Record, Records
from benchtop.wire import Json

KIND = "model-package"
LONGEST_TOKEN = 36


class RegisterSteps:
    """Registers model packages."""

    def __init__(self, records: Records, ask: Ask) -> None:
        self._records = records
        self._ask = ask

    def name(self, execution: Record, step: Step) -> str:
        """The request's token; a version in a group has no name of its own."""
        return job_name(execution.name, step.name, LONGEST_TOKEN)

    def prepare(self, step: Step, scope: Scope) -> Json:
        """The CreateModelPackage request."""
        return fit_request("CreateModelPackage", step.arguments, resolve(step.arguments, scope))

    def launch(self, execution: Record, step: Step, state: Json) -> Json:  # noqa: ARG002 - a Doer
        """Register the package; its token makes a second request, after a crash, the same one."""
        group = state["_request"].get("ModelPackageGroupName")
        if group and self._records.find("model-package-group", group) is None:
            self._make_group(group)
        request = {**state["_request"], "ClientToken": state["_name"]}
        arn: str = self._ask("CreateModelPackage", request)["ModelPackageArn"]
        made = self._records.at(arn)
        if made is None:
            raise Refusal(f"{arn} was created, and then does not exist.")
        adopt(self._records, KIND, made.name, execution)
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

    def _make_group(self, group: str) -> None:
        try:
            self._ask("CreateModelPackageGroup", {"ModelPackageGroupName": group})
        except Refusal as no:
            if not taken(no):
                raise
