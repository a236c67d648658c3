"""What a real scanner does wrong, undone: on counts, line integrals and the scale of numbers."""
