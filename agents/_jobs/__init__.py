"""The parts of the agent that carries out jobs."""

from ._assembly import Assembly, assemble, code_of, intake_of, table_of
from ._options import JobsOptions
from ._rows import Form, Parameter, Row, Step
from ._table import ACTIONS

__all__ = [
    "ACTIONS",
    "Assembly",
    "Form",
    "JobsOptions",
    "Parameter",
    "Row",
    "Step",
    "assemble",
    "code_of",
    "intake_of",
    "table_of",
]
