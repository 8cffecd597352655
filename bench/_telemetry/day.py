"""A block of 100 fields at 10 Hz, archived for a day by both writers, and one of its fields read back."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench._telemetry.theirs import PROGRAMS

BEGIN = 1_763_640_000
FIELD_SEED = 7
_FIELDS, _HERTZ, _FIELD = 100, 10, "field_050"


def measure(hours: int, ocs_python: str | None) -> dict[str, dict[str, float]]:
    """Return seconds to read one field, and bytes on disk per sample."""
    with tempfile.TemporaryDirectory() as directory:
        mine, its = Path(directory) / "ours", Path(directory) / "ocs"
        shape = [str(_FIELDS), str(_HERTZ), str(hours)]
        making = [subprocess.Popen(_module("make_day", mine, *shape), stdout=subprocess.DEVNULL)]
        if ocs_python:
            words = [*shape, str(BEGIN), str(FIELD_SEED)]
            making.append(subprocess.Popen([ocs_python, str(PROGRAMS / "make_day.py"), str(its), *words]))
        assert [each.wait() for each in making] == [0] * len(making)
        results = {"ours": _read(_module("read_day", mine, _FIELD), mine, hours)}
        if ocs_python:
            words = [str(its), _FIELD, str(BEGIN), str(hours)]
            results["OCS"] = _read([ocs_python, str(PROGRAMS / "read_day.py"), *words], its, hours)
    return results


def _read(words: list[str], directory: Path, hours: int) -> dict[str, float]:
    told = json.loads(subprocess.check_output(words))
    assert told["samples"] == _HERTZ * 3600 * hours, told
    size = sum(path.stat().st_size for path in directory.rglob("*.*") if path.is_file())
    figures = {name: round(value, 3) for name, value in told.items() if name.endswith("_s")}
    return {**figures, "hours": hours, "bytes_per_sample": round(size / (told["samples"] * _FIELDS), 2)}


def _module(name: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"bench._telemetry.{name}", *map(str, arguments)]
