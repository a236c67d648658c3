"""Draws the documentation's pictures from the code that they explain: ``make pictures``."""
