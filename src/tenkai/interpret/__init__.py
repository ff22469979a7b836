"""Steps of the stage *interpret*, one file per step."""

from tenkai.step.registry import open_package

open_package(__name__)
