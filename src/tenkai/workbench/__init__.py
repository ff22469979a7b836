"""The workbench: a server on loopback and the page it serves."""
