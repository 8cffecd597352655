"""What the README and the pages of docs/ tell a reader to type is typed here, in an observatory of its own.

In a fence of `console`, lines after `$ ` are run by bash in the page's directory and must succeed;
`# fails` at the end of one says that it must not. A fence of `python` is a program of its own.
A fence with `title=FILE` is written to that file, one with `append=FILE` to its end. A line
`<!-- observatory -->` in a page starts one before the page and stops it after; `<!-- not run -->` before a
fence skips it. A computer without curl skips the lines that have it, so no other line may need what they do.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ocs_sim.testing import free_port
from tests.observatory import Observatory, lay_out

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
HAS_CURL = bool(shutil.which("curl", path="/usr/bin:/bin"))
FENCE = re.compile(
    r"(?P<skip><!-- not run -->\n)?^```(?P<kind>\w+)(?P<info>[^\n]*)\n(?P<body>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass
class Snippet:
    kind: str
    title: str | None
    append: str | None
    body: str

    @property
    def file(self):
        return self.title or self.append

    @property
    def runs(self):
        return self.kind in ("console", "python") or self.file


def snippets(page):
    found = []
    for fence in FENCE.finditer(page.read_text()):
        named = dict(re.findall(r'(title|append)="?([^"\s]+)', fence["info"]))
        snippet = Snippet(fence["kind"], named.get("title"), named.get("append"), fence["body"])
        if snippet.runs and not fence["skip"]:
            found.append(snippet)
    return found


def commands(body):
    """Return the commands of a console fence; one that ends in a backslash goes on in the next line."""
    joined = re.sub(r"\\\n(> )?", "", body)
    found = [line[2:] for line in joined.splitlines() if line.startswith("$ ")]
    return [command for command in found if HAS_CURL or not re.search(r"\bcurl\b", command)]


class Reader:
    """Somebody who types what a page says."""

    def __init__(self, directory, observatory):
        self.directory = directory
        self.observatory = observatory

    def bash(self, command):
        # A page speaks of the ports that newcomers have; here several observatories run at once.
        for site in self.directory.rglob("site_config/*.yaml"):
            site.write_text(self.observatory.with_ports(site.read_text()))
        command = self.observatory.with_ports(command)
        place = self.directory / ".cwd"
        script = f'cd "$(cat {place})" && {{ {command}\n}}; code=$?; pwd > {place}; exit $code'
        environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(self.directory)}
        return self.run(["bash", "-c", script], environment)

    def run(self, words, environment=None):
        keep = {
            key: value
            for key, value in os.environ.items()
            if key.startswith(("OBSBOW_", "XDG_", "PIP_", "LANG"))
        }
        cwd = (self.directory / ".cwd").read_text().strip()
        return subprocess.run(
            words,
            cwd=cwd,
            env={**keep, **(environment or {"PATH": os.environ["PATH"], "HOME": str(self.directory)})},
            capture_output=True,
            text=True,
            timeout=200,
            stdin=subprocess.DEVNULL,
        )

    def follow(self, snippet):
        cwd = Path((self.directory / ".cwd").read_text().strip())
        if snippet.file:
            path = cwd / snippet.file
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a" if snippet.append else "w") as file:
                file.write(snippet.body)
        elif snippet.kind == "python":
            body = self.observatory.with_ports(snippet.body)
            self.must(self.run([sys.executable, "-c", body]), body)
        else:
            for command in commands(snippet.body):
                self.must(self.bash(command), command)

    def must(self, done, what):
        fails = what.rstrip().endswith("# fails")
        assert (done.returncode != 0) == fails, (
            f"{what}\nexit {done.returncode}\n{done.stdout}\n{done.stderr}"
        )


def pages_that_run(pages):
    return [page for page in pages if snippets(page)]


def name_of(page):
    return str(page.relative_to(ROOT))


def follow(page, directory):
    """Do what a page says, in a directory of its own; fail when something does not work."""
    if "<!-- observatory -->" in page.read_text():
        observatory = lay_out(directory / "observatory")
        observatory.well("up")
        reader = Reader(directory, observatory)
        (directory / ".cwd").write_text(str(observatory.directory))
    else:
        observatory = Observatory(directory, free_port())
        reader = Reader(directory, observatory)
        (directory / ".cwd").write_text(str(directory))
    try:
        for snippet in snippets(page):
            reader.follow(snippet)
    finally:
        for site in directory.rglob("site_config/default.yaml"):
            observatory.obsbow("down", "--site-file", str(site), cwd=directory)
    assert observatory.processes() == []
