"""Toy steps."""
