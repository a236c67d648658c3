"""Reconstruction in closed form: filter every view, weigh it, and smear it back."""
