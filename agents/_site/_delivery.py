"""Putting one image into the stores: its files first, then what is known of it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ocs_sim.images import ImageError, ImageName, NotWritten, read_header, read_image
from ocs_sim.remote import LastImage
from ocs_sim.stores import LimitExceeded, ObjectExists, ObjectStore, Stores

from ._describing import Header, describe, last_image, metadata_of, plain_header
from ._errors import ImageGone, NotStorable

if TYPE_CHECKING:
    from ocs_sim.images import Previews

_FITS, _JPEG = "application/fits", "image/jpeg"
_DISPLAY, _THUMBNAIL = 10, 11


@dataclass(frozen=True)
class Delivered:
    """An image that is in the stores; `keys` are those of its FITS file, its picture and its thumbnail."""

    path: Path
    name: ImageName
    keys: tuple[str, ...]
    latest: LastImage

    def as_message(self) -> dict[str, object]:
        """Return it as a message of feed `stored`."""
        return {
            "base_name": self.name.base,
            "name": str(self.name),
            "key": self.keys[0],
            "keys": list(self.keys),
            "path": str(self.path),
            "start": self.latest.start_unix,
            "exposure": self.latest.exposure_seconds,
        }


class Delivery:
    """Delivers images of one site. Doing it twice is doing it once."""

    def __init__(self, site: str, stores: Stores) -> None:
        self._site = site
        self._stores = stores

    def deliver(self, path: Path) -> Delivered:
        """Store an image; raises NotStorable or ImageGone, StoreError or OSError when it may work later."""
        try:
            return self._deliver(path)
        except FileNotFoundError as gone:
            raise ImageGone(path=path) from gone
        except NotWritten as fault:
            # Pictures need some room for a while.
            raise OSError(str(fault)) from fault
        except (ImageError, LimitExceeded) as fault:
            if not path.exists():
                raise ImageGone(path=path) from fault
            raise NotStorable(name=path.name, fault=str(fault).rstrip(".")) from fault

    def _deliver(self, path: Path) -> Delivered:
        name, header = ImageName.parse(path), plain_header(read_header(path))
        key = f"{self._site}/{name}"
        self._put_once(key, path, header)
        with _pictures(path, name) as pictures:
            files = (pictures.display, pictures.thumbnail)
            keys = tuple(f"{self._site}/{each.name}" for each in files)
            for each, picture in zip(keys, files, strict=True):
                self._stores.objects.put(each, picture, content_type=_JPEG, metadata={"site": self._site})
        self._stores.record_image(describe(name, self._site, header, has_pictures=True))
        return Delivered(path, name, (key, *keys), last_image(name, key, header))

    def _put_once(self, key: str, path: Path, header: Header) -> None:
        objects: ObjectStore = self._stores.objects
        digest = _digest(path)
        metadata = metadata_of(self._site, digest, header)
        try:
            objects.put(key, path, content_type=_FITS, metadata=metadata, absent=True)
        except ObjectExists:
            there = objects.head(key)
            if there is None or there.metadata.get("sha256") != digest:
                raise NotStorable(name=path.name, fault=f"another image is stored as {key} already") from None


@contextmanager
def _pictures(path: Path, name: ImageName) -> Iterator[Previews]:
    """Give the pictures beside an image, or else make some for a while."""
    # They need numpy, which a site without a camera never does.
    from ocs_sim.images import Previews, write_previews

    display, thumbnail = (path.with_name(str(name.of(level, "jpg"))) for level in (_DISPLAY, _THUMBNAIL))
    if display.is_file() and thumbnail.is_file():
        yield Previews(display, thumbnail)
        return
    with tempfile.TemporaryDirectory(prefix="obsbow-pictures-") as directory:
        yield write_previews(Path(directory) / path.name, read_image(path).data)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
