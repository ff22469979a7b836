import subprocess
import sys


def test_the_package_itself_loads_nothing_heavy():
    code = (
        "import sys, tenkai.kernels; "
        "print([m for m in ('numpy', 'scipy', 'numba', 'sklearn', 'openTSNE') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_kernels_load_no_scikit_learn_and_no_peer():
    code = (
        "import sys; from tenkai.kernels import affinity, grid, neighbors, quality, stability, tsne, umap, umap_graph; "
        "print([m for m in ('sklearn', 'openTSNE', 'pynndescent', 'umap', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
