"""Diaphane against its peers: the same input, the same truth, one interleaved run.

``python -m benchmarks TASK`` starts a process for us and one for each installed peer, on the same
processors. After a first call, told apart, they take turns, and each round's processor seconds
are divided by ours of the same round: machines are noisy, ratios less so. A task is one file in
:mod:`benchmarks.tasks`.
"""
