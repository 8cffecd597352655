"""The programs in the reference of the archive's format read what the archive writes."""

import re
from pathlib import Path

import pytest

from ocs_sim.archive import RepackOptions, repack
from tests.archive.making import START, HandClock, counted, record, write

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "archive-format.md"


@pytest.fixture(scope="module")
def programs():
    names = {}
    for text in re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.S):
        exec(text, names)
    return names


def test_the_reader_of_the_document_reads_sealed_files(tmp_path, programs):
    clock = HandClock()
    write(tmp_path, counted(0), counted(1), clock=clock)
    write(tmp_path, record({"a": [20.0], "b": ["x"]}, [START + 2]), record({"b": [1, "y"]}), clock=clock)
    times, values = programs["read"](tmp_path, "data1", "thermometers", "temps", "a")
    assert values.tolist() == [float(number) for number in range(21)]
    assert times.tolist() == [START + number / 10 for number in range(21)]


def test_the_reader_of_the_document_reads_no_file_that_is_superseded(tmp_path, programs):
    clock = HandClock()
    for number in range(3):
        write(tmp_path, counted(number), clock=clock)
    sources = {path: path.read_bytes() for path in sorted(tmp_path.rglob("*.h5"))}
    (made,) = repack(tmp_path, RepackOptions(include_current=True)).made
    for path in made.sources:
        # As before it was removed.
        path.write_bytes(sources[path])
    _, values = programs["read"](tmp_path, "data1", "thermometers", "temps", "a")
    assert values.tolist() == [float(number) for number in range(30)]


def test_the_reader_of_the_document_reads_journals(tmp_path, programs):
    items = [counted(0), record({"n": [1, 2], "word": ["a", "b"], "x": [0.5, 1.5]}, sequence=1), counted(2)]
    (journal,) = write(tmp_path, *items, sealed=False)
    with journal.open("ab") as file:
        file.write(b"torn")
    found = list(programs["read_journal"](journal))
    assert [(block, sequence) for _, block, sequence, _ in found] == [
        ("temps", 0),
        ("temps", 1),
        ("temps", 2),
    ]
    assert found[0][3]["a"] == tuple(float(number) for number in range(10))
    assert (found[1][3]["n"], found[1][3]["x"], found[1][3][""]) == ((1, 2), (0.5, 1.5), (START, START + 1))
