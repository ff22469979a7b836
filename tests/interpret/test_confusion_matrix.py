import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.values import Influence


@pytest.fixture
def metals():
    """By hand: of 3 observed no, 2 are called no; of 5 observed yes, 4 are called yes."""
    return tk.Table.from_(
        {
            "metal": ["no", "no", "no", "yes", "yes", "yes", "yes", "yes"],
            "predicted": ["no", "no", "yes", "yes", "yes", "yes", "yes", "no"],
        }
    )


def written(seen, field):
    views = [v for v in seen.marks("text") if v["encoding"]["text"]["field"] == field]
    return sorted(row[field] for v in views for row in seen.rows(v))


@pytest.mark.row("I4")
def test_counts_and_shares_stand_in_the_cells_in_a_stated_order(metals, look):
    found = tk.interpret.confusion_matrix(metals, target="metal")
    assert found.table.frame.rows() == [("no", 2, 1), ("yes", 1, 4)]
    assert found.table.columns == ["observed", "predicted no", "predicted yes"]
    seen = look(found.figure)
    cells = {(r["o"], r["p"]): (r["n"], r["s"]) for r in seen.rows(seen.marks("rect")[0])}
    assert cells["no", "yes"] == (1, pytest.approx(1 / 3, abs=1e-4))
    assert cells["yes", "yes"] == (4, 0.8)
    assert written(seen, "t") == ["1", "1", "2", "4"]
    assert written(seen, "u") == ["20%", "33%", "67%", "80%"]
    assert "6 of 8 rows are predicted right. Order of the classes: 'no' and 'yes'." in seen.caption
    assert found.figure.text == "6 of 8 rows are predicted right; 1 'no' taken for 'yes', 1 'yes' taken for 'no'."


@pytest.mark.row("I4")
def test_the_order_is_the_one_given_or_the_models(metals, look):
    found = tk.interpret.confusion_matrix(metals, target="metal", order=["yes", "no"])
    assert found.table.frame.rows() == [("yes", 4, 1), ("no", 1, 2)]
    assert look(found.figure).marks("rect")[0]["encoding"]["x"]["sort"] == ["yes", "no"]
    P = np.linspace(0.1, 0.2, 8)
    frame = metals.frame.with_columns(**{"P(yes)": P, "P(no)": P, "P(liquid)": P})
    model = tk.interpret.confusion_matrix(metals.with_columns(frame), target="metal")
    assert model.table["observed"].to_list() == ["yes", "no", "liquid"]
    assert "Not observed here: 'liquid'." in look(model.figure).caption


@pytest.mark.row("I4")
def test_seen_rows_and_out_of_fold_rows_are_told_apart(metals, look):
    own = Influence("model", "fitted", metals.identity.union())
    fitted = tk.interpret.confusion_matrix(metals.influenced([own]), target="metal")
    assert "model was fitted on 8 of the 8 rows scored." in look(fitted.figure).caption
    fresh = tk.interpret.confusion_matrix(metals, target="metal")
    assert "None of the 8 rows scored was seen before." in look(fresh.figure).caption


def test_many_classes_and_japanese_names_draw(look, pixels):
    names = [f"元素{i}" for i in range(34)]
    table = tk.Table.from_({"y": names, "predicted": names[1:] + names[:1]})
    seen = look(tk.interpret.confusion_matrix(table, target="y", title="Far off").figure)
    assert not seen.marks("text")
    assert pixels(seen.picture(), "#08457e") > 1000  # every row in one wrong cell
    few = tk.Table.from_({"y": names[:10], "predicted": names[:10]})
    assert len(written(look(tk.interpret.confusion_matrix(few, target="y").figure), "t")) == 100


def test_mistakes_are_told_with_the_remedy(metals):
    def text(table, **settings):
        with pytest.raises(TenkaiError) as caught:
            tk.interpret.confusion_matrix(table, **{"target": "metal", **settings})
        return str(caught.value)

    wrong = text(metals, order=["no", "yess"])
    assert "TK705 interpret.confusion_matrix order: there is no class 'yess'." in wrong
    assert "Did you mean 'yes'?" in wrong
    assert "'no' stands twice" in text(metals, order=["no", "no", "yes"])
    assert "the order misses 'yes'. Name every class." in text(metals, order=["no"])
    assert "TK711" in text(metals.with_columns(metals.frame.drop("predicted")))
    assert "TK201" in text(metals, target="metall")
