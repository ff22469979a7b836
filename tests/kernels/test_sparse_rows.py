import numpy as np
import pytest
import scipy.sparse

from tenkai.kernels.sparse_rows import sparse_rows


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
@pytest.mark.parametrize("shape", [(0, 3), (40, 30), (1, 1)])
def test_sparse_rows_are_those_of_scipy(dtype, shape):
    random = np.random.default_rng(0)
    X = (random.random(shape) < 0.1) * random.integers(1, 200, shape).astype(dtype)
    found, peer = sparse_rows(X), scipy.sparse.csr_matrix(X.astype(np.float64))
    assert (found != peer).nnz == 0
    assert found.indices.tolist() == peer.indices.tolist()
    assert found.data.dtype == np.float64
