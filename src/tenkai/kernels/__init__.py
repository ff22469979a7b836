"""Numbers in, numbers out: NumPy, SciPy and numba only.

No files, no tables, no graph. Importing this package loads nothing heavy; each module loads what
it needs when it is imported, so import kernels inside the function that uses them.
"""
