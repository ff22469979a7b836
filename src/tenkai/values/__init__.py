"""Values: what travels on the wires of a workflow."""

from tenkai.values.columns import ALL_COLUMNS, ALL_NUMBERS, Columns
from tenkai.values.distances import Distances
from tenkai.values.figure import Figure
from tenkai.values.fitted import Fitted
from tenkai.values.kinds import Kind
from tenkai.values.lineage import Identity, Influence, Lens
from tenkai.values.linkage import Linkage
from tenkai.values.neighbors import Neighbors
from tenkai.values.schema import Schema
from tenkai.values.scores import Scores
from tenkai.values.sweep import Axis, Sweep
from tenkai.values.table import Table
from tenkai.values.tensor import Tensor
from tenkai.values.value import Folder, Value, load, save

__all__ = [
    "ALL_COLUMNS",
    "ALL_NUMBERS",
    "Axis",
    "Columns",
    "Distances",
    "Figure",
    "Fitted",
    "Folder",
    "Identity",
    "Influence",
    "Kind",
    "Lens",
    "Linkage",
    "Neighbors",
    "Schema",
    "Scores",
    "Sweep",
    "Table",
    "Tensor",
    "Value",
    "load",
    "save",
]
