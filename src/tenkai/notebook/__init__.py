"""tenkai in notebooks: the explorer as a widget, and how values show themselves."""

from tenkai.notebook.explore import explore

__all__ = ["explore"]
