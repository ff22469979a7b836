"""``python -m tenkai``: the command line, where the command itself is not on the path."""

from tenkai.cli import main

if __name__ == "__main__":
    main()
