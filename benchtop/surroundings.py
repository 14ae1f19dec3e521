"""What a client's environment must say so that it speaks to benchtop and to nobody else."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from benchtop.settings import Settings

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "benchtop",
    "AWS_SECRET_ACCESS_KEY": "benchtop",
}
"""Harmless: benchtop asks for a signature's region and service, and never for its truth."""

FOREIGN = ("AWS_", "SAGEMAKER_")
"""Prefixes of variables that could lead a client elsewhere."""


def surroundings(settings: Settings) -> dict[str, str]:
    """The variables that every client, script and job of this benchtop is given."""
    return {
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": settings.endpoint,
        "AWS_REGION": settings.region,
        "AWS_DEFAULT_REGION": settings.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str(sdk_defaults(settings)),
        "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": str(sdk_defaults(settings)),
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def environment(settings: Settings, present: Mapping[str, str] | None = None) -> dict[str, str]:
    """A whole environment for a child: *present* without what leads elsewhere, and ours."""
    present = os.environ if present is None else present
    kept = {name: value for name, value in present.items() if not name.startswith(FOREIGN)}
    return {**kept, **surroundings(settings)}


def exports(settings: Settings, present: Mapping[str, str] | None = None) -> str:
    """Shell lines that turn the shell that evaluates them towards this benchtop."""
    present = os.environ if present is None else present
    wanted = surroundings(settings)
    foreign = sorted(n for n in present if n.startswith(FOREIGN) and n not in wanted)
    lines = [f"unset {name}" for name in foreign]
    lines += [f"export {name}={_quoted(value)}" for name, value in wanted.items()]
    return "\n".join(lines)


def sdk_defaults(settings: Settings) -> Path:
    """The SageMaker SDK's defaults file, written on demand.

    Without it the SDK reports each call to its makers by HTTPS, and asks STS at an address of its
    own for the account that the default bucket is named after.
    """
    path = settings.state.resolve() / "sdk-defaults.json"
    wanted = json.dumps(_defaults(settings), indent=1)
    if not path.is_file() or path.read_text() != wanted:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted)
    return path


def _defaults(settings: Settings) -> dict[str, object]:
    return {
        "SchemaVersion": "1.0",
        "SageMaker": {
            "PythonSDK": {
                "Modules": {
                    "TelemetryOptOut": True,
                    "Session": {"DefaultS3Bucket": settings.bucket},
                }
            },
            "TrainingJob": {"RoleArn": settings.role},
            "ProcessingJob": {"RoleArn": settings.role},
            "Pipeline": {"RoleArn": settings.role},
            "Model": {"ExecutionRoleArn": settings.role},
        },
    }


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"
