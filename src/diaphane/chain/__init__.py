"""Chains: a text that says which steps turn what is given into what is wanted.

``parse`` reads the text, ``check`` finds every fault before anything runs, ``run`` runs, stores
and records each stage, ``replay`` runs it again with other options, ``explain`` tells in words
how a value was made.
"""

from diaphane.chain.checking import CheckedChain, CheckedStage, Flow, check
from diaphane.chain.document import Chain, ChainInput, Stage, parse
from diaphane.chain.faults import Fault
from diaphane.chain.forms import step_form, step_forms
from diaphane.chain.kept import Memo
from diaphane.chain.library import load, shipped, shipped_text
from diaphane.chain.overrides import parse_override, with_options
from diaphane.chain.records import InputRecord, ReplicaRecord, RunRecord, StageRecord
from diaphane.chain.registry import all_steps, find_step, find_types, steps_of, type_name
from diaphane.chain.running import Run, open_run, replay, run
from diaphane.chain.story import OptionPassage, Passage, explain
from diaphane.chain.words import StepWords, notice_words, step_words

__all__ = [
    "Chain",
    "ChainInput",
    "CheckedChain",
    "CheckedStage",
    "Fault",
    "Flow",
    "InputRecord",
    "Memo",
    "OptionPassage",
    "Passage",
    "ReplicaRecord",
    "Run",
    "RunRecord",
    "Stage",
    "StageRecord",
    "StepWords",
    "all_steps",
    "check",
    "explain",
    "find_step",
    "find_types",
    "load",
    "notice_words",
    "open_run",
    "parse",
    "parse_override",
    "replay",
    "run",
    "shipped",
    "shipped_text",
    "step_form",
    "step_forms",
    "step_words",
    "steps_of",
    "type_name",
    "with_options",
]
