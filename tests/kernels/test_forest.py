"""Forests: each node against a tree in exact fractions, cuts against growth, sums against scikit-learn."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from tenkai.kernels.forest import NO_LIMIT, Cut, Goal, Grown, Material, Rule, grow, predict_cuts
from tenkai.kernels.forest_bits import drawn, mixed
from tenkai.kernels.forest_codes import column_codes, whole_numbers
from tenkai.kernels.forest_grow import draw_records

ALL = Cut(1, NO_LIMIT, 2)
EVERY_ROW = Rule(min_leaf=1, tried=10_000, bootstrap=False, records=False, seed=0)


def grown(X, y, rule=EVERY_ROW, cut=ALL, classes=0, train=None, threads=1) -> Grown:
    material = Material.of(np.asarray(X, np.float64))
    train = np.arange(len(X)) if train is None else train
    goal = Goal(np.asarray(y, np.int64)[train], classes) if classes else Goal.values(np.asarray(y, np.float64)[train])
    rule = rule._replace(tried=min(rule.tried, material.X.shape[1]))
    return grow(material, train, goal, [(rule, cut)], threads=threads)[0]


def same(a: Grown, b: Grown) -> bool:
    arrays = zip((*a.trees, *a.nodes), (*b.trees, *b.nodes), strict=True)
    return all(x.dtype == y.dtype and x.tobytes() == y.tobytes() for x, y in arrays)


# ---- a tree in exact numbers ----------------------------------------------------------------------


def plain_tree(X, y, rule: Rule, depth: int, min_split: int, classes: int, tree: int = 0):
    """A tree written for reading: exact fractions, all thresholds, nothing clever. Nodes in depth-first order."""
    counts = np.empty(len(X), np.int64)
    key = draw_records(np.uint64(rule.seed), tree, rule.bootstrap, counts)
    weight = [int(c) for c in counts]
    nodes = []

    def number(rows):
        return sum(weight[r] for r in rows) if rule.records else len(rows)

    def loss(rows):
        """Squares of the sums over records, which a split shall make large."""
        total = sum(weight[r] for r in rows)
        if classes:
            sums = [sum(weight[r] for r in rows if y[r] == k) for k in range(classes)]
        else:
            sums = [sum(weight[r] * Fraction(float(y[r])) for r in rows)]
        return sum(Fraction(s) ** 2 for s in sums) / total

    def value(rows):
        total = sum(weight[r] for r in rows)
        if classes:
            return [sum(weight[r] for r in rows if y[r] == k) / total for k in range(classes)]
        return [float(sum(weight[r] * Fraction(float(y[r])) for r in rows) / total)]

    def best_of(rows, key):
        order, best, varied = list(range(X.shape[1])), None, False
        for turn in range(X.shape[1]):
            if turn >= rule.tried and varied:
                break
            other = turn + int(drawn(key, turn, X.shape[1] - turn))
            order[turn], order[other] = order[other], order[turn]
            column = order[turn]
            values = sorted({X[r, column] for r in rows})
            varied = varied or len(values) > 1
            for low, high in pairwise(values):
                left = [r for r in rows if X[r, column] <= low]
                right = [r for r in rows if X[r, column] > low]
                if min(number(left), number(right)) >= rule.min_leaf:
                    gain = loss(left) + loss(right)
                    if best is None or gain > best[0]:
                        best = (gain, column, 0.5 * low + 0.5 * high, left, right)
        return best

    def visit(rows, level, key):
        mine = len(nodes)
        nodes.append([-1, 0.0, value(rows), number(rows), level, 0])
        pure = len({y[r] for r in rows}) == 1
        found = None if pure or level >= depth or number(rows) < min_split else best_of(rows, key)
        if found is not None:
            _, column, threshold, left, right = found
            visit(left, level + 1, np.uint64(mixed(key)))
            nodes[mine] = [column, threshold, *nodes[mine][2:5], len(nodes)]
            visit(right, level + 1, np.uint64(mixed(key ^ np.uint64(0x5851F42D4C957F2D))))

    visit([r for r in range(len(X)) if weight[r]], 0, np.uint64(key))
    return nodes


@pytest.mark.row("L14")
@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize(
    "rule",
    [
        EVERY_ROW,
        EVERY_ROW._replace(min_leaf=4, tried=2),
        Rule(min_leaf=2, tried=3, bootstrap=True, records=False, seed=5),
        Rule(min_leaf=3, tried=2, bootstrap=True, records=True, seed=6),
    ],
)
def test_a_tree_node_by_node(rule: Rule, classes: int):
    random = np.random.default_rng(classes)
    # Columns with two, few and many different values, and one that is constant.
    X = np.column_stack(
        [random.integers(0, 2, 60), random.integers(0, 6, 60), *random.normal(size=(2, 60)), np.ones(60)]
    ).astype(np.float64)
    y = random.integers(0, 3, 60) if classes else random.normal(size=60).round(2) + X[:, 1]
    for tree, depth, min_split in ((0, NO_LIMIT, 2), (1, 4, 6)):
        found = grown(X, y, rule, Cut(tree + 1, depth, min_split), classes)
        at = slice(found.trees.starts[tree], found.trees.starts[tree + 1])
        plain = plain_tree(X, y, rule, depth, min_split, classes, tree)
        assert found.trees.feature[at].tolist() == [n[0] for n in plain]
        assert found.trees.threshold[at].tolist() == [n[1] for n in plain]
        np.testing.assert_allclose(found.trees.values[at], [n[2] for n in plain], rtol=0, atol=1e-13)
        assert found.nodes.size[at].tolist() == [n[3] for n in plain]
        assert found.nodes.deep[at].tolist() == [n[4] for n in plain]
        assert found.trees.right[at].tolist() == [n[5] for n in plain]
        assert len(plain) > 10


@pytest.mark.parametrize("rows", [300, 5000])
@pytest.mark.parametrize("min_leaf", [15, 60])
def test_values_as_scikit_learn(rows: int, min_leaf: int):
    """Large nodes of noise have no equal splits; with 5 000 rows subtrees get their own numbering."""
    random = np.random.default_rng(1)
    X = random.normal(size=(rows, 6)).astype(np.float32).astype(np.float64)
    y = X[:, 0] + random.normal(size=rows)
    new = random.normal(size=(400, 6)).astype(np.float32).astype(np.float64)
    ours = grown(X, y, EVERY_ROW._replace(min_leaf=min_leaf)).trees
    theirs = DecisionTreeRegressor(min_samples_leaf=min_leaf).fit(X, y)
    assert len(ours.feature) == theirs.tree_.node_count
    np.testing.assert_allclose(ours.predict(new)[:, 0], theirs.predict(new), atol=1e-12)


def test_classes_as_scikit_learn():
    random = np.random.default_rng(2)
    X = random.normal(size=(3000, 4)).astype(np.float32).astype(np.float64)
    y = np.digitize(X[:, 0] + 0.5 * X[:, 1] + 0.3 * random.normal(size=3000), [-0.5, 0.6])
    ours = grown(X, y, EVERY_ROW._replace(min_leaf=40), Cut(1, 4, 2), classes=3).trees
    theirs = DecisionTreeClassifier(min_samples_leaf=40, max_depth=4, random_state=0).fit(X, y)
    assert len(ours.feature) == theirs.tree_.node_count
    np.testing.assert_allclose(ours.predict(X), theirs.predict_proba(X), atol=1e-12)


def test_a_subtree_numbered_anew_is_the_same():
    """The same rows, alone and among others that are not learned from, take different ways through the kernel."""
    random = np.random.default_rng(3)
    X = np.column_stack([random.normal(size=(6000, 2)), random.integers(0, 40, (6000, 3))])
    y = X[:, 0] * X[:, 2] + random.normal(size=6000)
    rule = Rule(min_leaf=1, tried=3, bootstrap=True, records=False, seed=1)
    for some in (np.sort(random.permutation(6000)[:400]), np.arange(0, 6000, 2)):
        among = grown(X, y, rule, Cut(2, NO_LIMIT, 2), train=some)
        alone = grown(X[some], y[some], rule, Cut(2, NO_LIMIT, 2))
        assert same(among, alone)


# ---- cuts -----------------------------------------------------------------------------------------


@pytest.mark.row("L14")
@settings(max_examples=25)
@given(
    seed=st.integers(0, 1000),
    classes=st.sampled_from([0, 2, 4]),
    depth=st.sampled_from([1, 2, 3, 5, NO_LIMIT]),
    min_split=st.integers(2, 30),
    trees=st.integers(1, 4),
    min_leaf=st.integers(1, 4),
    records=st.booleans(),
    bootstrap=st.booleans(),
)
def test_a_cut_is_what_grows_to_it(seed, classes, depth, min_split, trees, min_leaf, records, bootstrap):
    random = np.random.default_rng(seed)
    X = random.integers(0, 7, (70, 4)).astype(np.float64)
    y = random.integers(0, classes, 70) if classes else random.normal(size=70)
    rule = Rule(min_leaf, 2, bootstrap, records, seed)
    cut = Cut(trees, depth, min_split)
    whole = grown(X, y, rule, Cut(4, NO_LIMIT, 2), classes)
    alone = grown(X, y, rule, cut, classes)
    trees_cut, shares_cut = whole.cut(cut, 4)
    trees_alone, shares_alone = alone.cut(cut, 4)
    for a, b, c in zip(trees_cut, trees_alone, alone.trees, strict=True):
        assert a.tobytes() == b.tobytes() == c.tobytes()
    assert shares_cut.tobytes() == shares_alone.tobytes()
    # Predicted without being cut, too.
    material = Material.of(X)
    told = predict_cuts(material, np.arange(70), [whole], [[Cut(4, NO_LIMIT, 2), cut]], threads=1)[0]
    assert told[1].tobytes() == trees_alone.predict(X).tobytes()


def test_bits_do_not_depend_on_threads():
    random = np.random.default_rng(4)
    X, y = random.normal(size=(300, 5)), random.normal(size=300)
    rule = Rule(1, 3, True, False, 9)
    one, two = (grown(X, y, rule, Cut(13, NO_LIMIT, 2), threads=t) for t in (1, 2))
    assert same(one, two)
    assert one.trees.predict(X).tobytes() == one.trees.predict(X, threads=2).tobytes()
    unseen = [one.trees.predict_unseen(X, 9, threads=t) for t in (1, 2)]
    assert unseen[0].tobytes() == unseen[1].tobytes()
    material, cuts = Material.of(X), [[Cut(5, 3, 2), Cut(13, 9, 7)]]
    told = [predict_cuts(material, np.arange(300), [one], cuts, threads=t)[0] for t in (1, 2)]
    assert told[0].tobytes() == told[1].tobytes()


@pytest.mark.slow
def test_wide_codes_say_the_same():
    """Above 65 536 rows a code has four bytes."""
    random = np.random.default_rng(5)
    X, y = random.normal(size=(2500, 3)), random.normal(size=2500)
    narrow = Material.of(X)
    wide = narrow._replace(codes=narrow.codes.astype(np.uint32))
    assert narrow.codes.dtype == np.uint16
    assert column_codes(np.zeros((65_537, 1)))[0].dtype == np.uint32
    goal, wanted = Goal.values(y), [(Rule(1, 2, True, False, 0), Cut(2, NO_LIMIT, 2))]
    rows = np.arange(2500)
    assert same(grow(narrow, rows, goal, wanted)[0], grow(wide, rows, goal, wanted)[0])


# ---- pieces ---------------------------------------------------------------------------------------


def test_rows_not_seen_by_hand():
    random = np.random.default_rng(6)
    X, y = random.normal(size=(30, 2)), random.normal(size=30)
    rule = Rule(1, 2, True, False, 3)
    forest = grown(X, y, rule, Cut(5, NO_LIMIT, 2))
    told = forest.trees.predict_unseen(X, 3)[:, 0]
    counts, sums, votes = np.empty(30, np.int64), np.zeros(30), np.zeros(30)
    for tree in range(5):
        draw_records(np.uint64(3), tree, True, counts)
        assert counts.sum() == 30
        one = forest.cut(Cut(tree + 1, NO_LIMIT, 2), 2)[0].predict(X) * (tree + 1)
        before = forest.cut(Cut(tree, NO_LIMIT, 2), 2)[0].predict(X) * tree if tree else 0.0
        sums += np.where(counts == 0, (one - before)[:, 0], 0.0)
        votes += counts == 0
    assert (votes == 0).sum() == np.isnan(told).sum() > 0
    np.testing.assert_allclose(told[votes > 0], sums[votes > 0] / votes[votes > 0])


def test_records_are_drawn_evenly():
    """Share of rows drawn at least once: 1 - (1 - 1/n)^n; the same row of another tree is another draw."""
    counts = np.empty(1000, np.int64)
    share = []
    for tree in range(200):
        draw_records(np.uint64(7), tree, True, counts)
        share.append((counts > 0).mean())
    assert abs(np.mean(share) - (1 - (1 - 1 / 1000) ** 1000)) < 0.003
    assert len(set(share)) > 10


@pytest.mark.parametrize("scale", [1.0, 1e-310, 1e300, 1e-3])
def test_targets_as_whole_numbers(scale: float):
    y = np.random.default_rng(8).normal(size=1000) * scale
    whole, unit, middle = whole_numbers(y)
    assert np.abs(whole).sum() < 1 << 62
    np.testing.assert_allclose(middle + unit * whole, y, rtol=1e-12, atol=1e-14 * np.abs(y).max() + 5e-324)
    shares = grown(y[:, None], y).cut(ALL, 1)[1]
    assert shares.tolist() == [[1.0]]


def test_equal_targets_are_one_leaf():
    found = grown(np.arange(5.0)[:, None], np.full(5, 0.1)).trees
    assert found.feature.tolist() == [-1]
    assert found.values.tolist() == [[0.1]]


def test_codes_are_ranks():
    X = np.array([[0.0, 3.0], [-0.0, 1.0], [1e-300, 3.0], [-5.0, 1e308]])
    codes, sizes = column_codes(X)
    assert codes.tolist() == [[1, 1, 2, 0], [1, 0, 1, 2]]
    assert sizes.tolist() == [3, 3]


def test_a_threshold_never_leaves_its_gap():
    """Halfway between neighboring floats rounds to one of them: it must be the lower."""
    low = 1.0
    high = np.nextafter(low, 2.0)
    higher = np.nextafter(high, 2.0)
    for pair in ((low, high), (high, higher)):
        found = grown(np.array(pair)[:, None], [0.0, 1.0]).trees
        assert found.predict(np.array(pair)[:, None])[:, 0].tolist() == [0.0, 1.0]
