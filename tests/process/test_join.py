import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tenkai as tk
from tenkai.values import Identity, Lens, Schema


def keys(table: tk.Table) -> list[set[int]]:
    return [set(table.identity.of(i).tolist()) for i in range(table.height)]


@pytest.fixture
def compounds() -> tk.Table:
    return tk.Table.from_({"A": ["Al", "Ga", "Al", "Xx"], "gap": [1.0, 2.0, 3.0, 4.0]}, ids=["AlAs", "GaN", "AlP", "?"])


@pytest.fixture
def elements() -> tk.Table:
    return tk.Table.from_({"A": ["Ga", "Al", "Si"], "Z": [31, 13, 14], "gap": [0.0, 0.0, 1.1]}, ids=["ga", "al", "si"])


def test_properties_are_looked_up(compounds, elements):
    out = tk.process.join(compounds, elements, on=["A"], lookup=True)
    assert out.ids.to_list() == compounds.ids.to_list()
    assert out.columns == ["A", "gap", "Z", "gap_right"]
    assert out["Z"].to_list() == [13, 31, 13, None]
    assert (out.identity.keys == compounds.identity.keys).all()
    assert [n.text for n in out.notes] == ["1 row of 4 found no partner, first '?'."]
    inner = tk.process.join(compounds, elements, on=["A"], how="inner", lookup=True, suffix=" of A")
    assert inner.ids.to_list() == ["AlAs", "GaN", "AlP"]
    assert inner.columns == ["A", "gap", "Z", "gap of A"]


def test_rows_with_several_partners_are_named_after_both(compounds):
    measured = tk.Table.from_({"A": ["Al", "Ga", "Al"], "run": [1, 2, 3]}, ids=["m1", "m2", "m3"])
    out = tk.process.join(compounds, measured, on=["A"])
    assert out.ids.to_list() == ["AlAs^m1", "AlAs^m3", "GaN^m2", "AlP^m1", "AlP^m3", "?"]
    assert out["run"].to_list() == [1, 3, 2, 1, 3, None]
    left, right = keys(compounds), keys(measured)
    pairs = [(0, 0), (0, 2), (1, 1), (2, 0), (2, 2)]
    assert keys(out) == [*(left[i] | right[j] for i, j in pairs), left[3]]
    assert {n.code for n in out.notes} == {"TKW208", "TKW209"}
    assert any("2 rows of the right table serve several rows" in n.text for n in out.notes)


def test_rows_side_by_side_by_their_ids():
    left = tk.Table.from_({"x": [1, 2, 3]}, ids=["a", "b", "c"])
    right = tk.Table.from_({"y": ["q", "p"]}, ids=["b", "a"])
    out = tk.process.join(left, right)
    assert out.frame.rows() == [(1, "p"), (2, "q"), (3, None)]
    assert out.ids.to_list() == ["a", "b", "c"]
    assert tk.process.join(left, right, how="inner").height == 2


def test_a_row_counts_as_both_its_rows_for_the_lens():
    left, right = tk.Table.from_({"x": [1.0, 2.0]}), tk.Table.from_({"y": [3.0, 4.0]})
    learned = tk.process.standardize(right)
    out = tk.process.join(left, learned.table)
    assert Lens.look(out.identity, out.influences).prepared == 2
    looked_up = tk.process.join(left, learned.table, lookup=True)
    assert Lens.look(looked_up.identity, looked_up.influences).prepared == 0


@pytest.mark.row("P13")
def test_every_pair_of_sizes_and_seeds():
    # S1 p96: N times seed.
    sizes, seeds = tk.Table.from_({"N": [100, 500, 1000]}), tk.Table.from_({"seed": [1, 2]})
    out = tk.process.join(sizes, seeds, how="cross")
    assert out.frame.rows() == [(100, 1), (100, 2), (500, 1), (500, 2), (1000, 1), (1000, 2)]
    assert out.ids.to_list()[:3] == ["Row0^Row0", "Row0^Row1", "Row1^Row0"]
    assert keys(out)[1] == keys(sizes)[0] | keys(seeds)[1]


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 4) | st.none(), min_size=1, max_size=8),
    st.lists(st.integers(0, 4) | st.none(), min_size=1, max_size=8),
    st.sampled_from(["left", "inner"]),
)
def test_agrees_with_two_loops(mine, theirs, how):
    left = tk.Table.from_({"k": pl.Series(mine, dtype=pl.Float64), "a": range(len(mine))}, source="left")
    right = tk.Table.from_({"k": pl.Series(theirs, dtype=pl.Int64), "b": range(len(theirs))}, source="right")
    pairs: list[tuple[int, int | None]] = []
    for i, a in enumerate(mine):
        found = [j for j, b in enumerate(theirs) if a is not None and a == b]  # a missing cell equals nothing
        pairs += [(i, j) for j in found] or ([(i, None)] if how == "left" else [])
    if not pairs:
        with pytest.raises(tk.TenkaiError, match="TK205"):
            tk.process.join(left, right, on=["k"], how=how)
        return
    out = tk.process.join(left, right, on=["k"], how=how)
    assert list(zip(out["a"], out["b"], strict=True)) == pairs
    a, b = Identity.fresh("left", len(mine)).keys, Identity.fresh("right", len(theirs)).keys
    assert keys(out) == [{int(a[i])} | ({int(b[j])} if j is not None else set()) for i, j in pairs]
    assert out.ids.n_unique() == out.height


def test_kinds_vectors_and_several_keys_travel_along():
    left = tk.Table.from_({"m": ["a", "a", "b"], "n": [1, 2, 1]})
    right = tk.Table.from_(
        {"m": ["a", "b"], "n": [2, 1], "v": np.eye(2), "smiles": ["C", "CC"]}, kinds={"smiles": "molecule"}
    )
    out = tk.process.join(left, right, on=["m", "n"])
    assert out["smiles"].to_list() == [None, "C", "CC"]
    assert {n: out.kinds[n] for n in ("v", "smiles")} == {"v": "vector", "smiles": "molecule"}
    assert out["v"].null_count() == 1


@pytest.mark.row("P1")
def test_coordinates_beside_the_raw_columns_they_came_from(error_of):
    raw = tk.Table.from_({"a": [1.0, 2.0, 4.0], "b": [3.0, 1.0, 5.0]})
    scaled = tk.process.standardize(raw)
    found = tk.learn.pca(scaled.table)
    both = tk.process.join(raw, found.map)
    assert both.columns == ["a", "b", "PCA1", "PCA2"]
    new = tk.Table.from_({"a": [2.0], "b": [2.0]})
    # The raw columns are still raw ...
    model = tk.process.min_max(both, columns=["a", "b"])
    assert tk.process.apply(new, model.fitted)["a"].to_list() == [pytest.approx(1 / 3)]
    assert scaled.fitted.apply(both)["a"].to_list() == scaled.table["a"].to_list()
    # ... and no new row can be given the coordinates by way of this table.
    upon = tk.process.standardize(both, columns=["PCA1"])
    assert "process.join" in error_of(lambda: tk.process.apply(new, upon.fitted), "TK206")


@pytest.mark.row("P1")
def test_columns_prepared_in_one_table_stay_known(error_of):
    left = tk.process.standardize(tk.Table.from_({"a": [1.0, 2.0, 4.0]})).table
    right = tk.process.min_max(tk.Table.from_({"b": [5.0, 0.0, 1.0]})).table
    found = tk.learn.pca(tk.process.join(left, right))
    out = tk.process.apply(tk.Table.from_({"a": [4.0], "b": [1.0]}), found.fitted)
    np.testing.assert_allclose(out.matrix(), found.map.matrix()[2:])


def test_mistakes(compounds, elements, error_of):
    join = tk.process.join
    assert "Did you mean 'A'?" in error_of(lambda: join(compounds, elements, on=["a"]), "TK201")
    told = error_of(lambda: join(compounds, tk.Table.from_({"A": [1], "z": [1]}), on=["A"]), "TK202")
    assert "column 'A' is a text on the left and a number on the right" in told
    nobody = tk.Table.from_({"A": ["al"], "z": [1]})
    told = error_of(lambda: join(compounds, nobody, on=["A"], how="inner"), "TK205")
    assert "no row finds a partner: 'A' start with ('Al',) on the left, ('al',) on the right" in told
    twice = tk.Table.from_({"A": ["Al", "Al"], "z": [1, 2]})
    told = error_of(lambda: join(compounds, twice, on=["A"], lookup=True), "TK207")
    assert "row 'AlAs' has several partners with 'A' equal" in told
    assert "the name 'gap' is taken" in error_of(lambda: join(compounds, elements, on=["A"], suffix=""), "TK210")
    assert "cross join" in error_of(lambda: join(compounds, elements, on=["A"], how="cross"), "TK111")
    big = tk.Table.from_({"k": np.zeros(10_000)})
    told = error_of(lambda: join(big, big, on=["k"]), "TK212")
    assert "100000000 rows" in told and "join on more columns" in told
    error_of(lambda: join(big, big, how="cross"), "TK212")
    error_of(lambda: join(compounds.take([]), elements, on=["A"]), "TK205")


def test_the_schema_before_the_data():
    step = tk.process.join
    left, right = Schema({"k": "text", "a": "number"}), Schema({"k": "text", "a": "category", "b": None})

    def flow(**settings: object) -> Schema | None:
        return step.flow({"left": left, "right": right}, step.convert(settings))["table"]

    assert flow(on=["k"]).columns == {"k": "text", "a": "number", "a_right": "category", "b": None}
    assert flow().names == ["k", "a", "k_right", "a_right", "b"]
    with pytest.raises(tk.TenkaiError, match="TK201"):
        flow(on=["b"])
    assert step.flow({"left": left, "right": None}, step.convert({"on": ["k"]}))["table"] is None


def test_a_million_rows():
    n = 1_000_000
    x = np.random.default_rng(0).integers(0, 1000, n)
    out = tk.process.join(
        tk.Table.from_({"k": x}), tk.Table.from_({"k": np.arange(1000), "v": np.arange(1000) ** 2}), on=["k"]
    )
    np.testing.assert_array_equal(out["v"], x.astype(np.int64) ** 2)
