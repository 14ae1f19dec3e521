"""Stops a starting interpreter just before its script, and forks from there: a warm process.

Python imports this module at its start, because the warm process's PYTHONPATH leads here. It comes
back from here only in forked children, which then run the script as any interpreter does: there is
no frame, module or flag to tell the difference by. ``sys.argv`` is the script, the number of a
socket, the modules to import, the modules to hide.
"""

# ruff: noqa: INP001 - a folder with this file alone

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _borrowed(file: str, name: str) -> dict[str, Any]:
    """What a file of ours defines, without a trace in ``sys.modules``."""
    name = f"benchtop.runner.warm.{name}"
    namespace: dict[str, Any] = {"__name__": name, "__file__": file}
    loader: Any = type(__spec__.loader)
    exec(loader(name, file).get_code(name), namespace)  # noqa: S102 - it is ours
    return namespace


def _wait() -> object:
    """Become warm, and wait to be forked; comes back in children, with the real sitecustomize."""
    here = __file__.rpartition("/")[0]
    sys.path.remove(here)
    sys.path_importer_cache.pop(here, None)
    del sys.modules[__name__]
    try:
        __import__(__name__)  # the environment's own, in place of this one
    except ImportError as missing:
        if missing.name != __name__:
            raise
    real = sys.modules.get(__name__)
    folder = here.rpartition("/")[0]
    _script, control, *words = sys.argv
    prepared = _borrowed(folder + "/imports.py", "imports")["Prepared"](*words)
    _borrowed(folder + "/process.py", "process")["serve"](int(control), prepared)
    return real


try:
    _real: Any = _wait()
except BaseException as fault:  # noqa: BLE001 - whatever it is: only a child may run the script
    os.write(2, f"cannot fork the script: {fault!r}\n".encode())
    os._exit(125)
if _real is None:
    raise ImportError("there is none", name=__name__)
sys.modules[__name__] = _real
