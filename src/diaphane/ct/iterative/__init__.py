"""Reconstruction step by step: the picture whose own projections agree with the measured ones."""
