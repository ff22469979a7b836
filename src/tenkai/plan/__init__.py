"""Plans: the workflow file, its graph, its sweeps, and what can be checked before data."""
