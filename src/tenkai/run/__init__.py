"""Runs: content keys, the store, executors, and the record of what happened."""
