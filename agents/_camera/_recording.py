"""Writing images: names, files, pictures, and what is said about them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ocs_sim.images import (
    Facts,
    ImageCounter,
    ImageError,
    ImageName,
    Truth,
    build_header,
    observing_day,
    write_header_text,
    write_image,
    write_previews,
)

from ._errors import NotKept


@dataclass(frozen=True)
class Written:
    """The files of one image; `problem` is why there are no others beside it."""

    name: ImageName
    path: Path
    others: tuple[Path, ...] = ()
    problem: str | None = None


class Recorder:
    """Writes the images of one camera below a directory, in a folder for each night."""

    def __init__(self, directory: Path, site_code: str, instrument: str, *, previews: bool) -> None:
        self._directory = directory
        self._site_code = site_code
        self._instrument = instrument
        self._previews = previews
        self._counter = ImageCounter(directory)

    def make_place(self) -> None:
        """Make the directory, if it is not there; raises NotKept, also if nothing can be written in it."""
        with _told():
            self._directory.mkdir(parents=True, exist_ok=True)
            if not os.access(self._directory, os.W_OK | os.X_OK):
                raise PermissionError(None, "nobody may write there", str(self._directory))

    def next_name(self, start: float, longitude_degrees: float | None) -> ImageName:
        """Return the name of the next image, which began at `start` (unix seconds); raises NotKept."""
        day = (
            datetime.fromtimestamp(start, UTC).strftime("%Y%m%d")
            if longitude_degrees is None
            else observing_day(start, longitude_degrees)
        )
        self.make_place()
        with _told():
            number = self._counter.next(self._site_code, self._instrument)
        return ImageName(self._site_code, self._instrument, day, number)

    def write(
        self, name: ImageName, pixels: Any, facts: Facts, *, compress: bool, truth: Truth | None
    ) -> Written:
        """Write an image whole or not at all, and what goes with it; raises NotKept."""
        header = build_header(facts)
        with _told():
            folder = self._directory / name.day
            folder.mkdir(exist_ok=True)
            path = write_image(folder / str(name), pixels, header, compress=compress, truth=truth)
        return self._with_others(Written(name, path), pixels) if self._previews else Written(name, path)

    def _with_others(self, written: Written, pixels: Any) -> Written:
        try:
            pictures = write_previews(written.path, pixels)
            others = write_header_text(written.path), pictures.display, pictures.thumbnail
        except (OSError, ImageError) as fault:
            # The image itself is there.
            return replace(written, problem=str(fault))
        return replace(written, others=others)


@contextmanager
def _told() -> Iterator[None]:
    """Have an observer told what is wrong with the place of images."""
    try:
        yield
    except ImageError as fault:
        raise NotKept(fault=str(fault)) from fault
    except OSError as fault:
        raise NotKept(fault=f"{fault.filename}: {fault.strerror}.") from fault
