"""`obsbow image`: FITS images, as pictures, as headers, and whether they are sound."""

from __future__ import annotations

import warnings
from pathlib import Path

import click

from ocs_sim.launch.commands._options import json_option, print_json

_FILE = click.Path(path_type=Path)
_STRETCHES = ("asinh", "linear", "percentile", "histogram")
_PICTURES = ("auto", "truecolour", "256", "ascii", "none")
_hdu_option = click.option("--hdu", type=click.IntRange(min=0), help="Which HDU; else the first image.")


@click.group("image")
def command() -> None:
    """Look at FITS images."""


@command.command("show")
@click.argument("file", type=_FILE)
@click.option(
    "--stretch", type=click.Choice(_STRETCHES), default="asinh", show_default=True, help="How grey."
)
@click.option("--stars", is_flag=True, help="Find the stars and mark them.")
@click.option("--png", type=_FILE, help="Write a picture with a grid of coordinates instead.")
@click.option(
    "--picture", type=click.Choice(_PICTURES), default="auto", show_default=True, help="Drawn with what."
)
@_hdu_option
@json_option
def show(
    file: Path, stretch: str, stars: bool, png: Path | None, picture: str, hdu: int | None, as_json: bool
) -> None:
    """Show an image in the terminal, or as a PNG, with what its pixels come to.

    Without a terminal the picture is made of letters: colours are for terminals only.

    \b
    obsbow image show FILE --stars
    obsbow image show FILE --stretch histogram --png picture.png
    """
    from ocs_sim.launch._image_show import look, print_look

    seen = look(file, stretch, hdu=hdu, with_stars=stars)
    if png is not None:
        seen.write_png(png)
    if as_json:
        print_json(seen.to_plain() | ({"png": str(png)} if png else {}))
    elif png is not None:
        click.echo(f"Wrote {png}.")
    else:
        print_look(seen, picture)


@command.command("header")
@click.argument("file", type=_FILE)
@_hdu_option
@json_option
def header(file: Path, hdu: int | None, as_json: bool) -> None:
    """Print the header of an image, a card a line."""
    from ocs_sim.images import read_header

    found = read_header(file, hdu)
    if as_json:
        cards = [{"key": card.keyword, "value": card.value, "comment": card.comment} for card in found.cards]
        print_json({"path": str(file), "cards": cards})
        return
    with warnings.catch_warnings():
        # Of a card that is longer than FITS allows the comment is cut off.
        warnings.simplefilter("ignore")
        lines = found.tostring(sep="\n", endcard=False, padding=False).splitlines()
    for line in lines:
        click.echo(line.rstrip())


@command.command("check")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@json_option
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Check images: damage, breaches of the FITS standard, contradictions, missing keys.

    Exit code 0 when all are sound, which warnings do not change, and 1 when one is not.
    """
    from ocs_sim.images import check_image

    found = {file: check_image(file) for file in files}
    sound = {file: all(fault.severity == "warning" for fault in faults) for file, faults in found.items()}
    if as_json:
        print_json(
            [
                {"path": str(file), "sound": sound[file], "faults": [fault.to_plain() for fault in faults]}
                for file, faults in found.items()
            ]
        )
    else:
        for file, faults in found.items():
            click.echo(f"{file}: {'sound' if sound[file] else 'not sound'}.")
            for fault in faults:
                click.echo(f"  {fault}")
    click.get_current_context().exit(0 if all(sound.values()) else 1)
