"""A processing job as work for the runner: inputs, a command, outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from benchtop.runner.jobs import channels, contract, failures
from benchtop.runner.jobs.channels import BadData
from benchtop.runner.jobs.checkpoints import Checkpoints
from benchtop.runner.jobs.folder import JobFolder
from benchtop.runner.jobs.work import Faulty, Launch, Means, Outcome, Terms
from benchtop.store.s3.objects import NoSuchBucket
from benchtop.wire import Json

DAY = 86400
SDK_INPUT = "entrypoint"


@dataclass(frozen=True, kw_only=True)
class ProcessingWork:
    """One processing job, made from its request."""

    request: Json
    arn: str
    token: str
    kind: str = "processing-job"
    log_group: str = "/aws/sagemaker/ProcessingJobs"

    @property
    def name(self) -> str:
        """The job's name."""
        return str(self.request["ProcessingJobName"])

    @property
    def seconds(self) -> int:
        """MaxRuntimeInSeconds."""
        return int((self.request.get("StoppingCondition") or {}).get("MaxRuntimeInSeconds") or DAY)

    @property
    def terms(self) -> Terms:
        """Processing jobs know neither spot instances nor retries."""
        return Terms(seed=self.name)

    @property
    def definitions(self) -> list[Json]:
        """Processing jobs have no metric definitions."""
        return []

    @property
    def fetches(self) -> bool:
        """Whether there are inputs."""
        return bool(self.request.get("ProcessingInputs"))

    @property
    def outputs(self) -> list[Json]:
        """Folders to upload, and where to."""
        config = self.request.get("ProcessingOutputConfig") or {}
        return [each["S3Output"] for each in config.get("Outputs") or []]

    def fetch(self, folder: JobFolder, means: Means, pause: Callable[[], None]) -> None:
        """Bring configuration and inputs into the folder, and make those for outputs."""
        contract.lay_out_processing(folder.opt_ml, self.request)
        for output in self.outputs:
            local = contract.local(folder.opt_ml, output["LocalPath"])
            local.mkdir(parents=True, exist_ok=True)
        for each in self.request.get("ProcessingInputs") or []:
            source = each["S3Input"]
            target = contract.local(folder.opt_ml, source["LocalPath"])
            try:
                found = channels.find(means.objects, source["S3Uri"], source["S3DataType"])
                count = channels.fetch(found, target, pause)
            except BadData as fault:
                raise Faulty(f"ClientError: {fault}") from fault
            if each["InputName"] == SDK_INPUT:
                means.isolation.rewrite_scripts(target, folder.opt_ml)
            if not count:
                # AWS: unknown, the exact wording.
                raise Faulty(
                    "ClientError: Failed to download data. No S3 objects found under "
                    f"S3 URL {source['S3Uri']}."
                )

    def launch(self, folder: JobFolder, means: Means) -> Launch:
        """The entry point and its arguments."""
        application = self.request["AppSpecification"]
        python = means.images.python(application["ImageUri"])
        command = [
            *(application.get("ContainerEntrypoint") or []),
            *(application.get("ContainerArguments") or []),
        ]
        known = {"PROCESSING_JOB_NAME": self.name, "PROCESSING_JOB_ARN": self.arn}
        given = {**known, **(self.request.get("Environment") or {})}
        return Launch(
            command=[means.isolation.rewrite(part, folder.opt_ml) for part in command],
            environment=contract.environment(
                python, folder.path, means.isolation, means.surroundings, given
            ),
            cwd="/opt/ml",
        )

    def checkpoints(self, folder: JobFolder, means: Means) -> Checkpoints | None:
        """Processing jobs have no checkpoints."""
        del folder, means
        return None

    def keep(self, folder: JobFolder, means: Means, outcome: Outcome) -> Outcome:
        """Upload every output, whatever became of the job."""
        said = failures.text(folder.opt_ml / "output" / "message") or None
        outcome = replace(outcome, message=said, uploaded=True)
        try:
            for output in self.outputs:
                local = contract.local(folder.opt_ml, output["LocalPath"])
                channels.keep(means.objects, local, output["S3Uri"])
        except NoSuchBucket as fault:
            reason = (
                f"ClientError: Artifact upload failed:The bucket {fault.args[0]} does not exist."
            )
            return replace(outcome, status="Failed", secondary="Failed", failure_reason=reason)
        return outcome

    def failure(self, folder: JobFolder, code: int) -> str:
        """AWS's sentence; what the job has to say stands in its ExitMessage."""
        del folder
        return failures.algorithm_error("See job logs for more information", code)
