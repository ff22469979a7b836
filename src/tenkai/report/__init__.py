"""Reports: one self-contained page per run, and its end in the terminal."""

from tenkai.report.write import write_report

__all__ = ["write_report"]
