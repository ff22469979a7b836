"""Steps: one declaration per operation."""

from tenkai.step.arguments import SweepValues
from tenkai.step.constraints import (
    Advanced,
    Column,
    DataPath,
    Help,
    Keys,
    Length,
    Of,
    Range,
    Seed,
    Shape,
    SweepHint,
    Unit,
)
from tenkai.step.declaration import REQUIRED, Declaration, Output, Outputs, Port, Setting, a_value
from tenkai.step.registry import get_step, open_package, step_names
from tenkai.step.rows import Rows
from tenkai.step.run_context import Cancelled, Glimpse, Look, Run
from tenkai.step.step import STAGES, Step, step

__all__ = [
    "REQUIRED",
    "STAGES",
    "Advanced",
    "Cancelled",
    "Column",
    "DataPath",
    "Declaration",
    "Glimpse",
    "Help",
    "Keys",
    "Length",
    "Look",
    "Of",
    "Output",
    "Outputs",
    "Port",
    "Range",
    "Rows",
    "Run",
    "Seed",
    "Setting",
    "Shape",
    "Step",
    "SweepHint",
    "SweepValues",
    "Unit",
    "a_value",
    "get_step",
    "open_package",
    "step",
    "step_names",
]
