"""Run a chain and record it."""
