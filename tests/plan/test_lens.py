"""What `tenkai check` says of leaks before a run. Random workflows: tests/run/test_lens.py."""

from collections.abc import Callable

import pytest

from tenkai.plan.graph import Graph
from tenkai.plan.lens import forecast

HEAD = """
steps:
  rows: {collect.generate.low_variance_target: {rows: 60}}
"""


@pytest.fixture
def extents(plan: Callable[..., Graph]) -> Callable[[str], dict[str, dict[str, str]]]:
    def of(steps: str) -> dict[str, dict[str, str]]:
        graph = plan(HEAD + steps)
        assert not graph.problems, graph.problems
        return {f.score: dict(f.extent) for f in forecast(graph)}

    return of


MODEL = "{target: target, columns: [a, b], table: "


@pytest.mark.row("T1")
@pytest.mark.row("T3")
def test_training_rows_test_rows_and_a_scaler_before_the_split(extents):
    told = extents(f"""
  scaled: {{process.standardize: {{table: rows, columns: [a, b]}}}}
  parts: {{process.split: {{table: scaled}}}}
  model: {{learn.ridge: {MODEL}parts.train}}}}
  seen: {{learn.predict: {{table: parts.train, model: model}}}}
  new: {{learn.predict: {{table: parts.test, model: model}}}}
  train: {{interpret.regression_scores: {{table: seen, target: target}}}}
  test: {{interpret.regression_scores: {{table: new, target: target}}}}
""")
    assert told == {
        "train": {"prepared": "all", "fitted": "all", "chosen": "none"},
        "test": {"prepared": "all", "fitted": "none", "chosen": "none"},
    }


def test_a_split_before_everything_is_clean(extents):
    told = extents(f"""
  parts: {{process.split: {{table: rows}}}}
  scaled: {{process.standardize: {{table: parts.train, columns: [a, b]}}}}
  model: {{learn.ridge: {MODEL}scaled}}}}
  new: {{learn.predict: {{table: parts.test, model: model}}}}
  part: {{process.sample: {{table: new, fraction: 0.5}}}}
  test: {{interpret.regression_scores: {{table: part, target: target}}}}
""")
    assert told["test"] == {"prepared": "none", "fitted": "none", "chosen": "none"}


def test_cross_validation_learns_again_but_what_was_scaled_before_stays_scaled(extents):
    told = extents(f"""
  scaled: {{process.standardize: {{table: rows, columns: [a, b]}}}}
  model: {{learn.ridge: {MODEL}scaled}}}}
  clean: {{learn.cross_validate: {{table: rows, model: model}}}}
  leaky: {{learn.cross_validate: {{table: scaled, model: model}}}}
  scores: {{interpret.regression_scores: {{table: clean, target: target}}}}
  leaked: {{interpret.regression_scores: {{table: leaky, target: target}}}}
""")
    assert told["scores"] == {"prepared": "none", "fitted": "none", "chosen": "none"}
    assert told["leaked"] == {"prepared": "all", "fitted": "none", "chosen": "none"}


CHOICE = """
  parts: <process.split: <table: rows, seed: SEED>>
  tried: <learn.ridge: <target: target, columns: [a, b], table: parts.train, alpha: <sweep: [0.1, 1.0]>>>
  said: <learn.predict: <table: parts.test, model: tried>>
  scores: <interpret.regression_scores: <table: said, target: target>>
  best: <interpret.best: <scores: scores, by: r2>>
  final: <learn.ridge: <target: target, columns: [a, b], table: parts.train, alpha: <from: best.alpha>>>
  again: <learn.predict: <table: parts.test, model: final>>
  reported: <interpret.regression_scores: <table: again, target: target>>
"""


def choice(seed: str) -> str:
    return CHOICE.replace("<", "{").replace(">", "}").replace("SEED", seed)


@pytest.mark.row("T3")
def test_a_setting_chosen_on_the_test_rows_is_told(extents):
    told = extents(choice("0"))
    assert told["scores"] == {"prepared": "none", "fitted": "none", "chosen": "none"}
    assert told["reported"] == {"prepared": "none", "fitted": "none", "chosen": "all"}


def test_a_choice_over_many_splits_has_seen_everything(extents):
    """Gathered over the seeds, the test rows of one split are training rows of another."""
    told = extents(
        choice("{sweep: [1, 2, 3]}").replace("table: parts.train, alpha: {from", "table: rows, alpha: {from")
    )
    assert told["reported"]["chosen"] == "all"
    assert told["reported"]["fitted"] == "all"


def test_stacked_rows_are_told_part_by_part(extents):
    told = extents(f"""
  parts: {{process.split: {{table: rows}}}}
  model: {{learn.ridge: {MODEL}parts.train}}}}
  seen: {{learn.predict: {{table: parts.train, model: model}}}}
  new: {{learn.predict: {{table: parts.test, model: model}}}}
  both: {{process.concat: {{tables: [seen, new]}}}}
  scores: {{interpret.regression_scores: {{table: both, target: target}}}}
  fold: {{process.fold: {{table: rows, folds: 3, fold: {{sweep: [1, 2, 3]}}}}}}
  each: {{learn.ridge: {MODEL}fold.train}}}}
  held: {{learn.predict: {{table: fold.test, model: each}}}}
  stack: {{process.stack: {{tables: held}}}}
  stacked: {{interpret.regression_scores: {{table: stack, target: target}}}}
""")
    assert told["scores"]["fitted"] == "some"
    assert told["stacked"] == {"prepared": "none", "fitted": "none", "chosen": "none"}


def test_out_of_bag_scores_are_not_called_training_scores(extents):
    """Rows are scored by the trees that did not see them: the plan cannot know how many that are."""
    told = extents("""
  forest: {learn.forest: {table: rows, target: target, columns: [a, b], trees: 5, seed: {sweep: [1, 2]}}}
  spread: {interpret.score_spread: {scores: forest.figures, by: r2_out_of_bag}}
""")
    assert told["spread"]["fitted"] == "some"


@pytest.mark.row("L23")
def test_rows_are_followed_through_a_tensor(extents):
    told = extents("""
  array: {process.tensor: {table: rows, axes: [a, b], cells: mean, value: target}}
  low: {learn.cp: {tensor: array, missing: fill}}
  wide: {process.unfold: {tensor: low, rows: [a]}}
  model: {learn.ridge: {table: wide, target: "0"}}
  own: {learn.predict: {table: wide, model: model}}
  train: {interpret.regression_scores: {table: own, target: "0"}}
""")
    assert told["train"] == {"prepared": "all", "fitted": "all", "chosen": "none"}
