"""Rows made by a formula and a seed, one file per step."""

from tenkai.step.registry import open_package

open_package(__name__)
