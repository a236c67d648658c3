"""Laws and hypothesis strategies for tests of Diaphane and of what is built on it."""
