"""The demonstration: from raw signals to a page of pictures, checked against the truth."""

from diaphane.demo.job import run_demo

__all__ = ["run_demo"]
