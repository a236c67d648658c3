"""The forward map: line integrals of an image along the rays of any beam, and its exact adjoint."""
