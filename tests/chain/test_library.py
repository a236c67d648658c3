"""Chains that come with the package and those in files."""

from pathlib import Path

import pytest

from diaphane import chain
from diaphane.errors import ChainError

MINIMAL = 'format = 1\n[inputs]\nscan = "ct.ConeScan"\n[[stage]]\nstep = "ct.fdk"\n'


@pytest.mark.parametrize("name", chain.shipped())
def test_every_shipped_chain_is_whole_and_speaks_both_languages(name: str) -> None:
    found = chain.load(name)
    assert found.text == chain.shipped_text(name)
    for words in (found.title, found.description):
        assert set(words) == {"en", "fr"}
        assert all(words.values())
    checked = chain.check(found)
    assert all(flow.quantity for flow in checked.inputs.values())
    assert all(f"name = {stage.name!r}".replace("'", '"') in found.text for stage in found.stages)


def test_a_chain_is_loaded_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(MINIMAL.replace("\n", "\r\n").encode("utf-8-sig"))
    assert chain.load(path).stages[0].step == "ct.fdk"
    assert chain.load(str(path)).stages[0].step == "ct.fdk"


def test_an_unknown_chain_is_told_with_the_nearest_right_name() -> None:
    with pytest.raises(ChainError, match="no chain is called 'ct-cone-bone': did you mean 'ct-co"):
        chain.load("ct-cone-bone")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "a chain begins with format = 1"),
        (b"\xff\xfe\x00", "is not a text, so it is no chain"),
        (b"\x00" * 100, "it is no TOML text"),
        (b"a" * 1_000_000, "at most 65536 characters"),
        (MINIMAL.encode() + b"of = 3", "stage 1 (fdk): of must be a list"),
    ],
)
def test_a_file_that_is_no_chain_is_refused_by_name(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(ChainError) as error:
        chain.load(path)
    assert said in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ChainError, match="cannot be read"):
            chain.load(path)
