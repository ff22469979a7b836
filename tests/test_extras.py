import sys
from pathlib import Path

import pytest

from tenkai.errors import TenkaiError
from tenkai.extras import needed


def test_a_missing_package_is_named_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rdkit", None)
    monkeypatch.delitem(sys.modules, "rdkit.Chem", raising=False)
    with pytest.raises(TenkaiError) as caught:
        needed("rdkit.Chem", "molecules", "Molecules")
    assert str(caught.value) == (
        "TK311: Molecules need the package rdkit, which is not installed. "
        "Install it with: pip install 'tenkai[molecules]'"
    )


def test_a_package_that_is_there_but_lacks_one_of_its_own_is_not_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_there.py").write_text("import surely_not_installed\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="surely_not_installed"):
        needed("half_there", "molecules", "Molecules")
