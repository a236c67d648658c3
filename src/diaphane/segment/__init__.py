"""Thresholds, components, regions: from values to structures."""
