"""What a Fitted does with new rows: recognise, follow, refuse (P1)."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk
from tenkai.values import Folder, Lens, load


@pytest.fixture
def known() -> tk.Table:
    random = np.random.default_rng(1)
    return tk.Table.from_({"a": random.normal(5, 2, 40), "b": random.normal(0, 9, 40), "y": list("xy") * 20})


@pytest.fixture
def new() -> tk.Table:
    random = np.random.default_rng(2)
    return tk.Table.from_({"a": random.normal(5, 2, 7), "b": random.normal(0, 9, 7)})


def refused(fitted: tk.Fitted, table: tk.Table) -> str:
    with pytest.raises(tk.TenkaiError) as error:
        tk.process.apply(table, fitted)
    assert [p.code for p in error.value.problems] == ["TK206"]
    return str(error.value)


@pytest.mark.row("P1", "L2")
def test_raw_rows_go_through_the_whole_preparation(known, new):
    # Oracle: the scaler and the axes applied by hand.
    scaled = tk.process.standardize(known)
    found = tk.learn.pca(scaled.table, components=2)
    X = known.matrix(["a", "b"])
    by_hand = (new.matrix(["a", "b"]) - X.mean(0)) / X.std(0) @ found.loadings.matrix()
    out = tk.process.apply(new, found.fitted)
    np.testing.assert_allclose(out.matrix(["PCA1", "PCA2"]), by_hand, atol=1e-12)
    assert out.ids.to_list() == new.ids.to_list()
    assert [f.step for f in out.preparation] == ["process.standardize", "learn.pca"]


@pytest.mark.row("P1")
def test_rows_part_of_the_way_go_the_rest(known, new):
    scaled = tk.process.standardize(known)
    found = tk.learn.pca(scaled.table)
    half = tk.process.apply(new, scaled.fitted)
    whole, rest = tk.process.apply(new, found.fitted), tk.process.apply(half, found.fitted)
    assert rest.frame.equals(whole.frame)
    assert [f.digest for f in rest.preparation] == [f.digest for f in whole.preparation]


@pytest.mark.row("P1")
def test_rows_already_done_stay_as_they_are(known, new):
    scaled = tk.process.standardize(known)
    found = tk.learn.pca(scaled.table)
    assert found.fitted.apply(found.map) is found.map
    assert scaled.fitted.apply(scaled.table) is scaled.table
    done = tk.process.apply(new, found.fitted)
    assert found.fitted.apply(done) is done
    # Other rows and other columns in between change nothing about that.
    later = tk.process.formula(tk.process.sort(done, by=["PCA1"]), formulas={"r": "PCA1 ** 2"})
    assert found.fitted.apply(later) is later


@pytest.mark.row("P1")
def test_rows_prepared_otherwise_are_refused(known, new):
    scaled = tk.process.standardize(known)
    found = tk.learn.pca(scaled.table)
    by_itself = tk.process.standardize(new).table
    told = refused(found.fitted, by_itself)
    assert "these rows went through process.standardize" in told
    assert "fitted on other rows or with other settings" in told
    assert "Give it raw rows" in told
    refused(scaled.fitted, by_itself)
    # scaled twice
    refused(found.fitted, tk.process.standardize(scaled.table).table)
    # by another scaler
    refused(found.fitted, tk.process.min_max(new).table)
    # a raw model does not take scaled rows
    refused(tk.learn.pca(known).fitted, scaled.table)


@pytest.mark.row("P1")
def test_a_column_changed_since_is_refused(known, new):
    scaled = tk.process.standardize(known)
    found = tk.learn.pca(scaled.table)
    done = tk.process.apply(new, scaled.fitted)
    refused(found.fitted, tk.process.formula(done, formulas={"a": "a * 2"}))
    refused(scaled.fitted, tk.process.formula(done, formulas={"a": "a * 2"}))


@pytest.mark.row("P1")
def test_the_order_of_steps_on_different_columns_does_not_matter(known, new):
    first = tk.process.standardize(known, columns=["a"])
    second = tk.process.min_max(first.table, columns=["b"])
    found = tk.learn.pca(second.table)
    whole = tk.process.apply(new, found.fitted)
    other_way = tk.process.apply(tk.process.apply(new, second.fitted), first.fitted)
    assert tk.process.apply(other_way, found.fitted).frame.equals(whole.frame)
    only_second = tk.process.apply(new, second.fitted)
    assert tk.process.apply(only_second, found.fitted).frame.equals(whole.frame)


def test_the_order_of_steps_on_the_same_column_matters(known, new):
    doubled = tk.process.formula(known, formulas={"c": "a * 2"})
    scaled = tk.process.standardize(doubled, columns=["a"])
    found = tk.learn.pca(scaled.table, columns=["a", "c"])
    whole = tk.process.apply(new, found.fitted)
    assert {"PCA1", "PCA2", "b"} == set(whole.columns)
    # Scaled before the formula: c would be computed from scaled values.
    wrong_way = tk.process.formula(scaled.fitted.transform(new), formulas={"c": "a * 2"})
    refused(found.fitted, wrong_way)


def test_only_what_a_method_reads_counts_as_its_preparation(known, new):
    scaled = tk.process.standardize(known, columns=["b"])
    found = tk.learn.pca(scaled.table, columns=["a"], components=1)
    assert found.fitted.preparation == ()
    assert tk.process.apply(new.with_columns(new.frame.select("a")), found.fitted).columns == ["PCA1"]


def test_the_training_table_is_recognised_after_later_changes_of_other_columns(known):
    made = tk.process.formula(known, formulas={"c": "a + b"})
    found = tk.learn.pca(tk.process.standardize(made, columns=["a"]).table, columns=["c"], components=1)
    assert found.fitted.apply(found.map) is found.map


def test_a_missing_column_is_named(known, new):
    found = tk.learn.pca(tk.process.standardize(known).table)
    with pytest.raises(tk.TenkaiError, match=r"TK201 process.apply: there is no column 'b'.*'a', 'B'.*mean 'B'"):
        tk.process.apply(new.with_columns(new.frame.rename({"b": "B"})), found.fitted)


@pytest.mark.row("P1")
def test_it_works_the_same_from_files(known, new, tmp_path: Path):
    found = tk.learn.pca(tk.process.standardize(known).table)
    found.fitted.save(tmp_path / "fitted")
    found.map.save(tmp_path / "map")
    fitted, table = load(Folder(tmp_path / "fitted")), load(Folder(tmp_path / "map"))
    assert fitted.apply(table) is table
    assert tk.process.apply(new, fitted).frame.equals(tk.process.apply(new, found.fitted).frame)
    refused(fitted, tk.process.standardize(new).table)


def test_new_rows_carry_what_shaped_them(known, new):
    scaled = tk.process.standardize(tk.process.split(known, test=10).train)
    out = tk.process.apply(known, scaled.fitted)
    assert Lens.look(out.identity, out.influences).prepared == 30
    assert Lens.look(new.identity, tk.process.apply(new, scaled.fitted).influences).prepared == 0


@pytest.mark.row("P1")
@given(st.permutations(range(12)), st.integers(1, 11))
def test_new_rows_do_not_depend_on_their_neighbours(order, cut):
    # Any part of the rows, in any order, gets the values that all rows together get.
    random = np.random.default_rng(0)
    known = tk.Table.from_({"a": random.normal(size=30), "b": random.normal(size=30)})
    new = tk.Table.from_({"a": random.normal(size=12), "b": random.normal(size=12)})
    fitted = tk.process.min_max(tk.process.standardize(known).table).fitted
    part = np.array(order[:cut])
    np.testing.assert_array_equal(fitted.apply(new.take(part)).matrix(), fitted.apply(new).matrix()[part])


@pytest.mark.row("P1")
def test_observed_and_new_carbon_rows_share_one_scaler_and_one_pca(data_dir: Path):
    # Oracle: scikit-learn's pipeline on the same files.
    import polars as pl
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known = tk.Table.from_(pl.read_csv(data_dir / "mi" / "Carbon8_descriptor_selected.csv"))
    new = tk.Table.from_(pl.read_csv(data_dir / "mi" / "Carbon8_descriptor.csv"))
    columns = [c for c in known.columns if c.startswith("a") and "_rp" in c]
    found = tk.learn.pca(tk.process.standardize(known, columns=columns).table, columns=columns)
    out = tk.process.apply(new, found.fitted)
    pipeline = make_pipeline(StandardScaler(), PCA(2)).fit(known.matrix(columns))
    np.testing.assert_allclose(
        np.abs(out.matrix(["PCA1", "PCA2"])), np.abs(pipeline.transform(new.matrix(columns))), atol=1e-9
    )
    assert out.height == 3560
