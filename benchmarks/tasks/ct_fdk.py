"""Cone-beam reconstruction of any scan: the general kernel."""

from functools import partial

from benchmarks.cone_head import CONDITIONS, OURS, errors, head_scan
from benchmarks.cone_peers import mbirjax, plastimatch, rtk
from benchmarks.task import Task

TASK = Task(
    name="ct.fdk",
    title="cone-beam reconstruction (FDK)",
    conditions=CONDITIONS + " The first view stands a fifth of a step from angle 0: no symmetry.",
    make_input=partial(head_scan, start=0.2),
    errors=errors,
    ours=OURS,
    peers=(rtk(bar=22), plastimatch(bar=9), mbirjax(bar=20)),
)
