"""From values to structures: what lies above a threshold, and how the threshold is found."""
