"""``python -m diaphane`` is the command ``diaphane``."""

from diaphane.cli import main

if __name__ == "__main__":
    main()
