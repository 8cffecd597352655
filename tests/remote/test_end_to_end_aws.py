"""The same as embedded, from a command to a file that opens, through SQS, DynamoDB and S3 of an emulator."""

import pytest

from tests.emulators import running_ministack
from tests.observatory import lay_out
from tests.remote.sender import command, follow

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(240)]

ON_AWS = """stores:
  queue: sqs://us-east-1?prefix=night-
  documents: dynamodb://us-east-1?prefix=night-
  objects: s3://night-images/first?region=us-east-1
"""


def test_the_same_through_sqs_dynamodb_and_s3(tmp_path, monkeypatch):
    with running_ministack(tmp_path / "aws") as emulator:
        for name, value in emulator.environment.items():
            monkeypatch.setenv(name, value)
        observatory = lay_out(tmp_path / "night", _on_aws, telescope=True, remote=True)
        refused = observatory.obsbow("client", "park")
        assert refused.returncode == 1
        assert "obsbow aws init" in refused.stderr
        observatory.well("aws", "init")
        try:
            sender, sent = command(observatory)
            observatory.well("up")
            follow(sender, sent)
        finally:
            observatory.obsbow("down")
        assert observatory.processes() == []
        # The image database was not sent elsewhere; nothing else is kept here.
        kept = {path.name for path in (observatory.directory / "data" / "stores").glob("*.sqlite")}
        assert kept == {"images.sqlite"}


def _on_aws(site):
    assert site.count("\nstores:\n") == 1
    return site.replace("\nstores:\n", f"\n{ON_AWS}")
