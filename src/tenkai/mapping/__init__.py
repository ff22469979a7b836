"""Maps of one's own data: from a file or folder to a workflow, in one command."""

from tenkai.mapping.workflow import MapPlan, make_workflow

__all__ = ["MapPlan", "make_workflow"]
