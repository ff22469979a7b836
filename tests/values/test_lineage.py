import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import tenkai as tk
from tenkai.values import Identity, Influence, Lens
from tenkai.values.lineage import united


def keys_of(identity: Identity) -> list[set[int]]:
    return [set(identity.of(i).tolist()) for i in range(len(identity))]


def test_rows_of_a_source_have_keys_of_their_own():
    a, b = Identity.fresh("a", 10_000), Identity.fresh("b", 10_000)
    assert len(np.unique(np.concatenate([a.keys, b.keys]))) == 20_000
    assert (Identity.fresh("a", 5).keys == a.keys[:5]).all()


# ---- against a plain model: rows as (value, class, set of origins) in a list ---------------------------------


@st.composite
def chains(draw):
    steps = st.one_of(
        st.tuples(st.just("take"), st.lists(st.integers(0, 10_000), min_size=1, max_size=8)),
        st.tuples(st.just("filter"), st.integers(-5, 5)),
        st.tuples(st.just("sort"), st.booleans()),
        st.tuples(st.just("concat"), st.integers(1, 6)),
        st.tuples(st.just("group"), st.none()),
        st.tuples(st.just("split"), st.integers(0, 5)),
    )
    return draw(st.lists(steps, min_size=1, max_size=7))


def source(number: int, n: int) -> tuple[tk.Table, list[tuple[int, int, frozenset[int]]]]:
    random = np.random.default_rng(number)
    values, classes = random.integers(-5, 6, n).tolist(), random.integers(0, 3, n).tolist()
    table = tk.Table.from_({"value": values, "class": classes}, source=f"source {number}")
    keys = Identity.fresh(f"source {number}", n).keys.tolist()
    return table, [(v, c, frozenset([k])) for v, c, k in zip(values, classes, keys, strict=True)]


@settings(max_examples=60)
@given(chains(), st.integers(1, 12))
def test_identity_is_kept_through_any_chain_of_steps(chain, n):
    table, model = source(0, n)
    for number, (what, how) in enumerate(chain, start=1):
        if what == "take":
            at = list(dict.fromkeys(i % len(model) for i in how))
            table, model = table.take(np.array(at)), [model[i] for i in at]
        elif what == "filter":
            kept = [row for row in model if row[0] < how]
            if not kept:
                continue
            parts = tk.process.filter(table, where=f"value < {how}")
            assert keys_of(parts.dropped.identity) == [set(row[2]) for row in model if not row[0] < how]
            table, model = parts.table, kept
        elif what == "sort":
            table = tk.process.sort(table, by=["class", "value"], descending=how)
            sign = -1 if how else 1  # equal rows keep their order in both directions
            order = sorted(range(len(model)), key=lambda i: (sign * model[i][1], sign * model[i][0]))
            model = [model[i] for i in order]
        elif what == "concat":
            other, rows = source(number, how)
            table, model = tk.process.concat([table, other]), model + rows
        elif what == "group":
            table = tk.process.group(table, by=["class"], aggregate={"value": "sum"})
            table = tk.process.select(table, columns=["value", "class"])
            model = [
                (sum(r[0] for r in model if r[1] == c), c, frozenset().union(*(r[2] for r in model if r[1] == c)))
                for c in dict.fromkeys(r[1] for r in model)
            ]
        elif what == "split" and len(model) > 1:
            parts = tk.process.split(table, test=1, seed=how)
            at = np.array([table.ids.to_list().index(i) for i in parts.train.ids])
            table, model = parts.train, [model[i] for i in at]
    assert table["value"].to_list() == [row[0] for row in model]
    assert keys_of(table.identity) == [set(row[2]) for row in model]
    assert table.ids.n_unique() == table.height == len(table.identity)


@given(st.lists(st.lists(st.integers(0, 9), max_size=5), max_size=6), st.lists(st.integers(0, 9), max_size=8))
def test_grouped_rows_own_the_keys_of_their_members(members, rows):
    first = Identity.fresh("s", 10)
    grouped = first.grouped([np.array(m, dtype=np.int64) for m in members])
    assert keys_of(grouped) == [{int(first.keys[i]) for i in m} for m in members]
    taken = grouped.take(np.array([i for i in rows if i < len(members)], dtype=np.int64))
    assert keys_of(taken) == [keys_of(grouped)[i] for i in rows if i < len(members)]
    again = grouped.grouped([np.arange(len(members))])
    assert keys_of(again) == [set().union(*keys_of(grouped)) if members else set()]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_joined_rows_own_the_keys_of_both(rows):
    left, right = Identity.fresh("l", 10).take(np.array(rows)), Identity.fresh("r", 20)
    pairs = right.grouped([np.array([i, i + 10]) for i in rows])
    merged = Identity.merged(left, pairs)
    assert keys_of(merged) == [a | b for a, b in zip(keys_of(left), keys_of(pairs), strict=True)]


def test_stacking_mixes_single_and_grouped_rows():
    single, grouped = Identity.fresh("a", 2), Identity.fresh("b", 3).grouped([np.array([0, 2]), np.array([1])])
    assert keys_of(Identity.concat([single, grouped])) == keys_of(single) + keys_of(grouped)


def test_seen_asks_for_any_key():
    rows = Identity.fresh("s", 4)
    groups = rows.grouped([np.array([0, 1]), np.array([2]), np.array([], dtype=np.int64)])
    assert groups.seen(np.sort(rows.keys[[1, 3]])).tolist() == [True, False, False]
    assert rows.seen(np.sort(rows.keys[[1, 3]])).tolist() == [False, True, False, True]
    assert rows.seen(rows.keys[:0]).tolist() == [False] * 4


def test_a_million_rows():
    # Row by row this would take minutes.
    n = 1_000_000
    rows = Identity.fresh("s", n)
    groups = rows.gathered(np.arange(n) // 2, np.arange(n), n // 2)
    assert len(groups) == n // 2
    merged = Identity.merged(groups.take(np.arange(n // 2)[::-1]), Identity.fresh("t", n // 2))
    assert np.diff(merged.offsets).tolist() == [3] * (n // 2)
    assert set(merged.of(0).tolist()) > set(rows.keys[-2:].tolist())


def test_the_lens_counts_rows_per_kind_of_influence():
    rows = Identity.fresh("s", 10)
    influences = [
        Influence("scaler", "prepared", np.sort(rows.keys)),
        Influence("model", "fitted", np.sort(rows.keys[:6])),
        Influence("other", "fitted", np.sort(rows.keys[4:8])),
    ]
    lens = Lens.look(rows.take(np.arange(5, 10)), influences)
    assert lens.counts() == {"scored": 5, "prepared": 5, "fitted": 3, "chosen": 0}
    assert "model was fitted on 1 of the 5 rows scored." in lens.sentences()
    assert Lens.from_json(lens.to_json()) == lens
    assert Lens.look(rows, []).sentences() == ["None of the 10 rows scored was seen before."]


def test_an_influence_is_kept_once():
    rows = Identity.fresh("s", 3).keys
    a, b = Influence("x", "fitted", rows), Influence("x", "fitted", rows.copy())
    assert len(united([a], [b, Influence("x", "prepared", rows)])) == 2
