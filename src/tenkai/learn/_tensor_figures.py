"""The figures of learn.cp and learn.tucker, by name."""

from __future__ import annotations

FIGURES = {
    "error": "root of the sum of squares of the difference, over the known cells",
    "relative_error": "error as a share of that of no parts at all",
    "share": "share of the sum of squares that the low-rank tensor keeps",
    "iterations": "of the best start",
    "converged": "1 where the best start settled",
    "agreeing": "starts that ended within 1 % of the best error",
}
