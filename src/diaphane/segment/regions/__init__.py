"""From structures to better ones: what hangs together, how far, and what shape it has."""
