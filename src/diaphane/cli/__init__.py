"""The command line: thin doors to what the package does.

Nothing heavy is imported before a command runs, so that help comes at once.
"""

from diaphane.cli.app import call, main

__all__ = ["call", "main"]
