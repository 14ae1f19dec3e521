"""Stands before the pip of a job's environment, so that a job installs for itself alone."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
