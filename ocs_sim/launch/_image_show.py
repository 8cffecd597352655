"""What `obsbow image show` shows."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocs_sim.images import Image, Stretch, read_image, stretch_for
from ocs_sim.launch._image_errors import NoPictureFormat, NoSuchDirectory
from ocs_sim.launch._image_summary import Pixels, lines, measure, stars_line, stars_plain, title
from ocs_sim.launch._image_terminal import Picture, best_picture, draw, fitted

if TYPE_CHECKING:
    from ocs_sim.pipeline import Detections

_LINES_OF_TEXT = 5
_MOST_MARKS = 40
_FEWEST_LINES = 4
_NO_TERMINAL = (80, 30 + _LINES_OF_TEXT)


@dataclass(frozen=True)
class Look:
    """An image and what was found in it."""

    path: Path
    image: Image
    pixels: Pixels
    stretch_name: str
    stretch: Stretch
    stars: Detections | None

    def to_plain(self) -> dict[str, Any]:
        """Return it for JSON."""
        rows, columns = self.image.data.shape
        plain: dict[str, Any] = {
            "path": str(self.path),
            "hdu": self.image.hdu,
            "width": columns,
            "height": rows,
            "type": self.image.data.dtype.name,
            "pixels": asdict(self.pixels),
            "stretch": {"name": self.stretch_name, "low": self.stretch.low, "high": self.stretch.high},
        }
        return plain if self.stars is None else plain | stars_plain(self.stars)

    def write_png(self, path: Path) -> None:
        """Write it as a PNG; raises NoPictureFormat, NoSuchDirectory, MissingExtra."""
        from ocs_sim.launch._image_png import draw_png

        if path.suffix.lower() != ".png":
            raise NoPictureFormat(path=path)
        if not path.parent.is_dir():
            raise NoSuchDirectory(path=path, reason=f"there is no directory {path.parent}")
        try:
            draw_png(path, self.image, title(self.path, self.image), self.stretch_name, self.stars)
        except OSError as error:
            raise NoSuchDirectory(path=path, reason=error.strerror or error) from error

    def scale_arcseconds(self) -> float | None:
        """Return the extent of a pixel, from the header."""
        scale = self.image.header.get("PIXSCALE")
        return float(scale) if isinstance(scale, int | float) else None


def look(path: Path, stretch: str, *, hdu: int | None = None, with_stars: bool = False) -> Look:
    """Read an image and measure it; raises NotReadable, BadImage."""
    image = read_image(path, hdu)
    stars = None
    if with_stars:
        from ocs_sim.pipeline import extract_stars

        limit = image.header.get("SATURATE")
        stars = extract_stars(image.data, saturation=limit if isinstance(limit, int | float) else None)
    return Look(path, image, measure(image), stretch, stretch_for(image.data, stretch), stars)


def print_look(seen: Look, picture: str) -> None:
    """Print the picture, as large as the terminal allows, and what the pixels and the stars come to."""
    kind = best_picture(sys.stdout) if picture == "auto" else Picture(picture)
    stretch = seen.stretch
    if kind is not Picture.NONE:
        size = shutil.get_terminal_size(_NO_TERMINAL)
        most_lines = max(size.lines - _LINES_OF_TEXT, _FEWEST_LINES)
        small, stretch = fitted(seen.image.data, size.columns, most_lines, seen.stretch_name)
        for line in draw(small, kind, _marks(seen, small.shape)):
            click.echo(line, color=True)
    click.echo(title(seen.path, seen.image))
    for line in lines(seen.pixels, seen.image, stretch, seen.stretch_name):
        click.echo(line)
    if seen.stars is not None:
        click.echo(stars_line(seen.stars, seen.scale_arcseconds()))


def _marks(seen: Look, shape: tuple[int, ...]) -> list[tuple[float, float]]:
    """Return where the brightest stars are in a picture whose first row is the image's last."""
    if seen.stars is None:
        return []
    rows, columns = seen.image.data.shape
    scale = shape[1] / columns
    height = rows * scale
    brightest = seen.stars[:_MOST_MARKS]
    return [
        (min(x * scale, shape[1] - 1), min(max(height - 1 - y * scale, 0), shape[0] - 1))
        for x, y in zip(brightest.x.tolist(), brightest.y.tolist(), strict=True)
    ]
