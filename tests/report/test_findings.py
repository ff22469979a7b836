from typing import Any

from tenkai.plan.references import Ref
from tenkai.report.findings import MOST_FIGURES, MOST_POINTS, grid, look, read_scores, results, score_blocks
from tenkai.report.order import MANY, told_together
from tenkai.values import Lens, Scores


def seen(*lenses: Lens | None) -> Any:
    return look([({}, Scores({"a": 1}, lens=lens)) for lens in lenses])


def test_the_lens_in_short() -> None:
    assert seen(Lens(1797, 0, 1797, 0, (("map", "fitted", 1797),))).short == "fitted on all 1797 rows"
    assert seen(Lens(25, 10, 0, 0)).short == "prepared on 10 of 25 rows"
    assert seen(Lens(25, 25, 0, 25)).short == "chosen on all 25 rows"
    assert seen(Lens(25)).short == "25 unseen rows"
    assert seen(None) is None


def test_the_sentences_are_those_of_the_lens() -> None:
    lens = Lens(1797, 0, 1797, 0, (("map", "fitted", 1797),))
    assert seen(lens).sentences == ("map was fitted on 1797 of the 1797 rows scored.",)
    assert seen(Lens(3)).sentences == ("None of the 3 rows scored was seen before.",)


def test_of_a_sweep_the_most_seen_point_is_told() -> None:
    assert seen(Lens(9), Lens(9, 9, 4, 0), Lens(9, 9, 0, 9)).short == "fitted on 4 of 9 rows"


def test_long_sweeps_are_cut_and_counted() -> None:
    n = MOST_POINTS + 5
    found = grid([{"k": i} for i in range(n)], {"a": list(range(n))}, {"a": "line"}, None)
    assert (len(found.rows), found.more) == (MOST_POINTS, 5)
    assert found.rows[3][0] == "k = 3"
    assert found.about == (("a", "line"),)


TEXT = """
steps:
  rows: {collect.toy.rows: {n: 3}}
  more: {process.toy.shift: {table: rows, by: {sweep: [1, 2]}}}
  grid: {process.toy.shift: {table: more, twice: {sweep: [false, true]}}}
  sum:  {interpret.toy.total: {table: rows}}
  sums: {interpret.toy.total: {table: more}}
  all:  {interpret.toy.total: {table: grid}}
results: {n: rows.rows, total: sum.total, first: sums.first, swept: sums.total, both: all.total}
"""


def test_results_single_and_swept(made: Any) -> None:
    result = made(TEXT)
    problems: list[Any] = []
    scores = read_scores(result, problems)
    single, swept = results(result, scores, problems)
    assert [(r.name, r.value, r.about) for r in single] == [("n", "3", ""), ("total", "3", "sum of x")]
    # Results over the same points share a grid.
    assert [g.names for g in swept] == [("first", "swept"), ("both",)]
    assert [(p, [c.text for c in cells]) for p, cells in swept[0].rows] == [
        ("by = 1", ["1", "6"]),
        ("by = 2", ["2", "9"]),
    ]
    assert [p for p, _ in swept[1].rows] == [
        "by = 1, twice = false",
        "by = 1, twice = true",
        "by = 2, twice = false",
        "by = 2, twice = true",
    ]
    assert problems == []


def test_score_blocks_in_the_order_of_the_file(made: Any) -> None:
    result = made(TEXT)
    blocks = score_blocks(result, read_scores(result, []))
    assert [b.name for b in blocks] == ["sum", "sums", "all"]
    assert [(n, c.text, a) for n, c, a in blocks[0].rows] == [
        ("total", "3", "sum of x"),
        ("first", "0", "x of the first row"),
    ]
    assert blocks[1].grid is not None
    assert blocks[1].grid.names == ("total", "first")


def test_many_figures_are_cut_and_counted(made: Any) -> None:
    result = made(TEXT)
    many = Scores({f"f{i}": i for i in range(MOST_FIGURES + 4)})
    (block,) = score_blocks(result, {Ref("sum", "scores"): [({}, many)]})
    assert (len(block.rows), block.more) == (MOST_FIGURES, 4)


def test_scores_that_are_quoted_but_not_interpreted_are_not_listed(made: Any) -> None:
    result = made("""
steps:
  rows: {collect.toy.rows: {n: 5}}
  pca:  {learn.pca: {table: rows, components: 1}}
results: {share: pca.figures.ratio_1}
""")
    scores = read_scores(result, [])
    (block,) = score_blocks(result, scores)
    assert not block.listed
    # The lens speaks of the step by the name it has in the workflow.
    assert block.seen is not None
    assert block.seen.sentences == ("pca was prepared on 5 of the 5 rows scored.",)


def test_many_passes_are_listed_only_where_they_are_told_together(made: Any) -> None:
    text = """
steps:
  rows:   {{collect.toy.rows: {{n: {{sweep: {{range: [1, {n}]}}}}}}}}
  sums:   {{interpret.toy.total: {{table: rows}}}}
  spread: {{interpret.score_spread: {{scores: sums, by: total}}}}
"""
    few, many = (made(text.format(n=n), f"{n}.yaml") for n in (MANY, MANY + 1))
    assert told_together(few.graph) == {"sums"}
    listed = [{b.name: b.listed for b in score_blocks(r, read_scores(r, []))} for r in (few, many)]
    assert listed == [{"sums": True, "spread": True}, {"sums": False, "spread": True}]
