"""SIMD registers for Numba."""
