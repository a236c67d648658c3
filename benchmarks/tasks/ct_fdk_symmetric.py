"""Cone-beam reconstruction of a scan that is symmetric, as regular ones are."""

from functools import partial

from benchmarks.cone_head import CONDITIONS, OURS, errors, head_scan
from benchmarks.cone_peers import mbirjax, plastimatch, rtk
from benchmarks.task import Task

TASK = Task(
    name="ct.fdk_symmetric",
    title="cone-beam reconstruction (FDK) of a symmetric scan",
    conditions=CONDITIONS + " The first view stands at angle 0: the symmetric kernel.",
    make_input=partial(head_scan, start=0.0),
    errors=errors,
    ours=OURS,
    peers=(rtk(bar=22), plastimatch(bar=9), mbirjax(bar=20)),
)
