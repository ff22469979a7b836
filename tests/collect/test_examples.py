"""The example in the docstring of every step of this stage runs."""

import doctest

import pytest

from tenkai.step import get_step, step_names

NAMES = [name for name in step_names() if name.startswith("collect.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_example_runs(name: str):
    test = doctest.DocTestParser().get_doctest(get_step(name).__doc__ or "", {}, name, None, None)
    assert test.examples
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test).failed == 0
