"""Directories of many sealed files, as hours of recording leave them."""

import json
import shutil
import tempfile
import uuid
from pathlib import Path

import h5py

from tests.archive.making import START, record, write

HOUR = 3600


def hourly(directory, count, *, blocks=10, fields=10, samples=360, first=0):
    """Make `count` sealed files, an hour apart, of one boot: `blocks` feeds with `fields` fields each.

    One is recorded and sealed; the others are copies with other identities, times and numbers. Sample
    n of a file's fields has the value n.
    """
    with tempfile.TemporaryDirectory() as scratch:
        (template,) = write(Path(scratch), *_hour(blocks, fields, samples))
        return [_copy(template, directory, number, samples) for number in range(first, first + count)]


def _hour(blocks, fields, samples):
    step = HOUR / samples
    for sequence in range(samples // 10):
        numbers = [sequence * 10 + at for at in range(10)]
        columns = {f"field_{at}": list(map(float, numbers)) for at in range(fields)}
        for block in range(blocks):
            times = [START + number * step for number in numbers]
            yield record(
                columns, times, sequence=sequence, feed=f"feed_{block}", instance=f"agent{block % 5}"
            )


def _copy(template, directory, number, samples):
    stem = int(START) + HOUR * number
    path = directory / str(stem)[:5] / f"{stem}.h5"
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(template, path)
    with h5py.File(path, "r+") as file:
        file.attrs["journal_id"] = uuid.uuid4().hex
        index = file["entry/_archive/index"]
        contents = json.loads(index[()])
        for block in contents["blocks"]:
            _shift(file, block, number, samples // 10 * number)
        index[()] = json.dumps(contents)
    return path


def _shift(file, block, hours, sequences):
    block["first_time"] += HOUR * hours
    block["last_time"] += HOUR * hours
    for times in (file[block["path"]]["time"], *_spans(file, block)):
        times[...] = times[()] + HOUR * hours
    runs = file[block["archive_group"]]["provenance"]
    table = runs[()]
    for name in ("first_sequence", "last_sequence"):
        table[name] += sequences
    for name in ("first_received", "last_received"):
        table[name] += HOUR * hours
    runs[...] = table


def _spans(file, block):
    kept = file[block["archive_group"]]
    return [kept[f"decimated_{factor}_time"] for factor in block["decimated"]]
