"""What the tests of figures share: looking into a specification, and into a drawn picture."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from PIL import Image

import tenkai as tk
from tenkai.values import Figure, Table


class Look:
    """A figure seen from outside."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.spec = figure.spec

    def views(self, node: Any = None) -> Iterator[dict[str, Any]]:
        """All views that have a mark, in painting order; layers inherit the data of their parent."""
        node = self.spec if node is None else node
        for key in ("vconcat", "hconcat", "concat", "layer"):
            for part in node.get(key, []):
                yield from self.views({"data": node["data"], **part} if "data" in node else part)
        if "mark" in node:
            yield node

    def marks(self, kind: str) -> list[dict[str, Any]]:
        return [v for v in self.views() if v["mark"]["type"] == kind]

    def rows(self, view: dict[str, Any]) -> list[dict[str, Any]]:
        return self.spec["datasets"][view["data"]["name"]]

    def points(self) -> list[dict[str, Any]]:
        return [row for view in self.marks("point") for row in self.rows(view) if "id" in row]

    @property
    def caption(self) -> str:
        return " ".join(self.spec["usermeta"]["caption"])

    def legend(self) -> dict[str, str]:
        """Return the texts of the legend by label."""
        for view in self.views():
            legend = view.get("encoding", {}).get("color", {}).get("legend") or {}
            if "labelExpr" in legend:
                return json.loads(legend["labelExpr"].removeprefix("(").removesuffix(")[datum.label]"))
        return {}

    def texts(self) -> list[str]:
        return [row["t"] for view in self.marks("text") for row in self.rows(view)]

    def picture(self) -> NDArray[np.uint8]:
        """Return the figure as drawn, (h, w, 3)."""
        return np.asarray(Image.open(io.BytesIO(self.figure.to_png(2.0))).convert("RGB"))

    def tiles(self) -> NDArray[np.uint8]:
        """Return the image of composed tiles, (h, w, 3)."""
        (view,) = self.marks("image")
        (row,) = self.rows(view)
        head, data = row["url"].split(",", 1)
        assert head == "data:image/png;base64"
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))


def drawn(picture: NDArray[np.uint8], color: str, tolerance: int = 40) -> int:
    """Count pixels near a color."""
    wanted = [int(color[k : k + 2], 16) for k in (1, 3, 5)]
    return int((np.abs(picture.astype(int) - wanted).max(axis=2) < tolerance).sum())


@pytest.fixture(scope="session")
def look() -> type[Look]:
    return Look


@pytest.fixture(scope="session")
def pixels() -> Callable[..., int]:
    return drawn


@pytest.fixture
def cities() -> Table:
    """Twelve rows on a map, with labels, numbers and missing cells."""
    n = 12
    return tk.Table.from_(
        {
            "x": [float(i % 4) for i in range(n)],
            "y": [float(i // 4) for i in range(n)],
            "分類": [["炭素", "珪素", None][i % 3] for i in range(n)],
            "gap": [None if i == 5 else i / 2 for i in range(n)],
        },
        ids=[f"r{i}" for i in range(n)],
    )


@pytest.fixture(scope="session")
def digits() -> tuple[Table, Table]:
    """The 1 797 digits: a PCA map with labels, and the pictures."""
    from sklearn.datasets import load_digits

    found = load_digits()
    labels = pl.Series(found.target.astype(str))
    pixels = tk.Table.from_({"pixels": found.data, "label": labels})
    return tk.learn.pca(pixels).map, tk.Table.from_({"image": found.images, "label": labels})


@pytest.fixture(scope="session")
def energies(data_dir) -> Table:
    """25 held-out rows of the zinc-blende / wurtzite data, predicted by scikit-learn: numbers and classes."""
    from sklearn.linear_model import Lasso, LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    frame = pl.read_csv(data_dir / "mi" / "ZB_WZ_dE_rawdescriptor.csv")
    X = frame.drop("ZA", "ZB", "A", "B", "dE").to_numpy().astype(float)
    y = frame["dE"].to_numpy()
    classes = np.where(y >= 0, "zinc blende", "wurtzite")
    order = np.random.default_rng(2).permutation(len(y))
    train, test = order[25:], order[:25]
    line = make_pipeline(StandardScaler(), Lasso(0.01, max_iter=100_000)).fit(X[train], y[train])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1)).fit(X[train], classes[train])
    P = model.predict_proba(X)
    frame = frame.with_columns(
        structure=pl.Series(classes),
        energy=pl.Series(line.predict(X)),
        predicted=pl.Series(model.predict(X)),
        **{f"P({name})": P[:, k] for k, name in enumerate(model.classes_)},
        baseline=pl.lit("zinc blende"),
        guess=pl.lit(float(y[train].mean())),
    )
    ids = (frame["A"] + frame["B"]).to_list()
    return tk.Table.from_(frame, ids=ids).take(test)
