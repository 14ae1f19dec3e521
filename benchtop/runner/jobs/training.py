"""A training job as work for the runner: a script, an algorithm, or an entry point."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchtop.runner import algorithms
from benchtop.runner.archives import BadArchive, pack, unpack
from benchtop.runner.jobs import channels, contract, failures, script_mode
from benchtop.runner.jobs.channels import BadData
from benchtop.runner.jobs.checkpoints import Checkpoints
from benchtop.runner.jobs.folder import JobFolder
from benchtop.runner.jobs.work import Faulty, Launch, Means, Outcome, Terms
from benchtop.store.s3.objects import NoSuchBucket, NoSuchKey, split
from benchtop.wire import Json

DAY = 86400
SDK_CHANNEL = "sm_drivers"
INSTALL = '"$0" -m pip install -r requirements.txt && exec "$@"'
OWN_PROGRAM = 'exec "./$0" "$@"'


@dataclass(frozen=True, kw_only=True)
class TrainingWork:
    """One training job, made from its request.

    ``checkpoint_uri`` is where its checkpoints go, which for one of many trials is not what the
    request says: trials would overwrite each other's.
    """

    request: Json
    arn: str
    token: str
    checkpoint_uri: str | None = None
    terms: Terms = field(default_factory=Terms)
    kind: str = "training-job"
    log_group: str = "/aws/sagemaker/TrainingJobs"

    @property
    def name(self) -> str:
        """The job's name."""
        return str(self.request["TrainingJobName"])

    @property
    def seconds(self) -> int:
        """MaxRuntimeInSeconds."""
        return int((self.request.get("StoppingCondition") or {}).get("MaxRuntimeInSeconds") or DAY)

    @property
    def definitions(self) -> list[Json]:
        """MetricDefinitions."""
        return list(self.request["AlgorithmSpecification"].get("MetricDefinitions") or [])

    @property
    def fetches(self) -> bool:
        """Whether there are channels or checkpoints."""
        return bool(contract.inputs(self.request) or self.checkpoint_uri)

    @property
    def program(self) -> str | None:
        """The script, in script mode."""
        return script_mode.program(self.request) if not self._entry else None

    @property
    def _entry(self) -> list[str]:
        algorithm = self.request["AlgorithmSpecification"]
        entry = algorithm.get("ContainerEntrypoint") or []
        return [*entry, *(algorithm.get("ContainerArguments") or [])] if entry else []

    def fetch(self, folder: JobFolder, means: Means, pause: Callable[[], None]) -> None:
        """Bring configuration, channels, checkpoints and code into the folder."""
        contract.lay_out_training(folder.opt_ml, self.request)
        try:
            for channel in contract.inputs(self.request):
                source = channel["DataSource"]["S3DataSource"]
                found = channels.find(means.objects, source["S3Uri"], source["S3DataType"])
                target = folder.opt_ml / "input" / "data" / channel["ChannelName"]
                channels.fetch(found, target, pause)
            drivers = folder.opt_ml / "input" / "data" / SDK_CHANNEL
            means.isolation.rewrite_scripts(drivers, folder.opt_ml)
            self._fetch_checkpoints(folder, means, pause)
            self._fetch_code(folder, means)
        except (BadData, BadArchive) as fault:
            raise Faulty(f"ClientError: {fault}") from fault

    def _fetch_checkpoints(
        self, folder: JobFolder, means: Means, pause: Callable[[], None]
    ) -> None:
        checkpoints = self.checkpoints(folder, means)
        if checkpoints:
            prefix = checkpoints.uri.rstrip("/") + "/"
            channels.fetch(channels.find(means.objects, prefix), checkpoints.folder, pause)
            checkpoints.restored()

    def _fetch_code(self, folder: JobFolder, means: Means) -> None:
        place = script_mode.archive(self.request)
        if self.program is None or place is None:
            return
        code = folder.opt_ml / "code"
        if place.startswith("s3://"):
            try:
                unpack(means.objects.get(*split(place)).path, code)
            except (NoSuchBucket, NoSuchKey):
                raise BadData(f"The code {place} does not exist.") from None
        else:
            _copy_code(_inside(folder.opt_ml, place), code)

    def launch(self, folder: JobFolder, means: Means) -> Launch:
        """The entry point of the request, or the toolkit's command for the script."""
        python = means.images.python(self.request["AlgorithmSpecification"]["TrainingImage"])
        known = {"TRAINING_JOB_NAME": self.name, "TRAINING_JOB_ARN": self.arn}
        given = {**known, **(self.request.get("Environment") or {})}
        environment = contract.environment(
            python, folder.path, means.isolation, means.surroundings, given
        )
        if self.program is None:
            command = self._without_script(python, folder, means)
            return Launch(command=command, environment=environment, cwd="/opt/ml")
        return self._script(python, environment, folder, means)

    def _without_script(self, python: str, folder: JobFolder, means: Means) -> list[str]:
        """The request's entry point, or what the image does without a script."""
        algorithm = algorithms.folder(self.request["AlgorithmSpecification"]["TrainingImage"])
        if self._entry or algorithm is None:
            return [means.isolation.rewrite(part, folder.opt_ml) for part in self._entry]
        return [python, str(algorithm), "train"]

    def _script(
        self, python: str, environment: dict[str, str], folder: JobFolder, means: Means
    ) -> Launch:
        script = script_mode.Script(
            request=self.request,
            program=str(self.program),
            root=means.isolation.root(folder.opt_ml),
        )
        code = f"{script.root}/code"
        path = contract.search_path(folder.path / "packages", code, f"{code}/src")
        command = _command(python, script, folder.opt_ml / "code")
        if _has_text(folder.opt_ml / "code" / "requirements.txt"):
            command = ["/bin/sh", "-c", INSTALL, python, *command]
        return Launch(
            command=command,
            environment={**environment, "PYTHONPATH": path, **script.environment()},
            cwd="/opt/ml/code",
        )

    def checkpoints(self, folder: JobFolder, means: Means) -> Checkpoints | None:
        """The folder to mirror, if there is a CheckpointConfig."""
        config = contract.checkpoint_config(self.request)
        if config is None or self.checkpoint_uri is None:
            return None
        place = contract.local(folder.opt_ml, config["LocalPath"])
        place.mkdir(parents=True, exist_ok=True)
        return Checkpoints(
            objects=means.objects, folder=place, uri=self.checkpoint_uri,
            memory=folder.path / "checkpoints.json",
        )  # fmt: skip

    def keep(self, folder: JobFolder, means: Means, outcome: Outcome) -> Outcome:
        """Upload output and, unless the job failed, the model.

        # AWS: unknown, whether an empty model folder gives an empty archive; here it gives none.
        """
        try:
            self._upload(folder.opt_ml / "output" / "data", "output", means)
            if outcome.status == "Failed":
                return outcome
            self._upload(folder.opt_ml / "model", "model", means)
        except NoSuchBucket as fault:
            reason = (
                f"ClientError: Artifact upload failed:The bucket {fault.args[0]} does not exist."
            )
            return replace(outcome, status="Failed", secondary="Failed", failure_reason=reason)
        return replace(outcome, uploaded=True)

    def _upload(self, folder: Path, name: str, means: Means) -> None:
        if not folder.is_dir() or not any(folder.iterdir()):
            return
        target = f"{output_uri(self.request)}/{name}"
        if self.request["OutputDataConfig"].get("CompressionType") == "NONE":
            channels.keep(means.objects, folder, target)
            return
        with tempfile.TemporaryDirectory(dir=folder.parent.parent) as scratch:
            archive = Path(scratch) / f"{name}.tar.gz"
            pack(folder, archive)
            means.objects.put_file(*split(f"{target}.tar.gz"), archive)

    def failure(self, folder: JobFolder, code: int) -> str:
        """What the job said in its failure file, or what the toolkit says for a script."""
        said = failures.text(folder.opt_ml / "output" / "failure")
        if not said and self.program is not None:
            script = script_mode.Script(request=self.request, program=self.program, root="")
            command = ["python3", self.program, *script.arguments]
            said = failures.script_error(folder.log, command, code)
        return failures.algorithm_error(said, code)


def output_uri(request: Json) -> str:
    """The prefix below which a training job's artifacts go."""
    path = request["OutputDataConfig"]["S3OutputPath"].rstrip("/")
    return f"{path}/{request['TrainingJobName']}/output"


def model_uri(request: Json) -> str:
    """Where a training job's model goes: an archive, or the prefix of its files."""
    plain = request["OutputDataConfig"].get("CompressionType") == "NONE"
    return f"{output_uri(request)}/model" + ("/" if plain else ".tar.gz")


def _command(python: str, script: script_mode.Script, code: Path) -> list[str]:
    """How the toolkit starts an entry point, by its kind."""
    package = (code / "setup.py").is_file() and not script.program.endswith(".sh")
    if package:  # AWS installs it; here the module is found where it lies, or under src
        return [python, "-m", script.module.replace("/", "."), *script.arguments]
    if script.program.endswith(".py"):
        return [python, script.program, *script.arguments]
    path = code / script.program
    if path.is_file() and path.resolve().is_relative_to(code.resolve()):
        path.chmod(0o755)
    return ["/bin/sh", "-c", OWN_PROGRAM, script.program, *script.arguments]


def _copy_code(place: Path, code: Path) -> None:
    if place.is_dir():
        if place != code:
            shutil.copytree(place, code, dirs_exist_ok=True)
    elif place.is_file():
        unpack(place, code)
    else:
        raise BadData(f"The code folder {place.name} does not exist.")


def _inside(opt_ml: Path, place: str) -> Path:
    try:
        return contract.local(opt_ml, place)
    except ValueError as fault:
        raise BadData(f"sagemaker_submit_directory: {fault}") from None


def _has_text(path: Path) -> bool:
    return path.is_file() and bool(path.read_text(errors="replace").strip())
