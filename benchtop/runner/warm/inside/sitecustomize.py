"""Stops a starting interpreter just before its script, and forks from there: a warm process.

Python imports this module at its start, because the warm process's PYTHONPATH leads here. It comes
back from here only in forked children, which then run the script as any interpreter does: there is
no frame, module or flag to tell the difference by.
"""

import sys


def _wait() -> None:
    """Become warm, and wait to be forked; then leave the real ``sitecustomize``, if there is one."""
    here = __file__.rpartition("/")[0]
    sys.path.remove(here)
    sys.path_importer_cache.pop(here, None)
    real = sys.modules.pop(__name__)
    try:
        import sitecustomize  # noqa: PLC0415 - the environment's own, in place of this one

        real = sitecustomize
    except ImportError as missing:
        if missing.name != __name__:
            raise
        real = None
    path = here.rpartition("/")[0] + "/process.py"
    name = "benchtop.runner.warm.process"
    namespace = {"__name__": name, "__file__": path}
    exec(type(__loader__)(name, path).get_code(name), namespace)  # noqa: S102 - it is ours
    namespace["wait"]()
    if real is None:
        raise ImportError("there is none", name=__name__)
    sys.modules[__name__] = real


_wait()
