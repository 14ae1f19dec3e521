"""What can be wrong with a definition, or with a value in it.

Fault
├── DefinitionFault     the definition does not make sense
│   └── NotBuilt        it makes sense on AWS, and benchtop does not do it
├── ParameterFault      a value given at the start does not fit its parameter
└── ValueFault          an expression has no value in this execution
"""

from __future__ import annotations


class Fault(ValueError):
    """Something is wrong, and the message says what in one sentence."""


class DefinitionFault(Fault):
    """The definition does not make sense."""


class NotBuilt(DefinitionFault):
    """The definition asks for something that AWS does and benchtop does not."""


class ParameterFault(Fault):
    """A value given at the start does not fit its parameter."""


class ValueFault(Fault):
    """An expression has no value in this execution."""
