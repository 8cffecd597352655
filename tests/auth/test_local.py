"""The observatory's own tokens, and the secret behind them."""

import subprocess
import sys
import threading

import pytest

from ocs_sim.auth import (
    BadLifetime,
    BadSecret,
    Identity,
    LocalIssuer,
    SecretExposed,
    TokenVerifier,
    Unauthorized,
)


@pytest.fixture
def stores(tmp_path):
    return tmp_path / "data" / "stores"


@pytest.fixture
def issuer(stores, clock):
    return LocalIssuer(stores, clock)


@pytest.fixture
def verifier(issuer, clock):
    return TokenVerifier([issuer.issuer()], clock)


def test_a_token_says_what_it_was_made_for(issuer, verifier):
    found = verifier.verify("Bearer " + issuer.token("ada", ["admin", "owner"], "Ada Lovelace"))
    assert found == Identity("ada", ("admin", "owner"), "Ada Lovelace")
    assert verifier.verify("Bearer " + issuer.token("ada")) == Identity("ada", (), "ada")


def test_a_token_ends(issuer, verifier, clock):
    token = issuer.token("ada", lifetime_seconds=60)
    clock.advance(89)
    assert verifier.verify(f"Bearer {token}")
    clock.advance(1)
    with pytest.raises(Unauthorized, match="expired"):
        verifier.verify(f"Bearer {token}")


@pytest.mark.parametrize("lifetime_seconds", [0, -1, 367 * 86400, float("inf"), float("nan")])
def test_no_token_is_for_ever_or_over_already(issuer, lifetime_seconds):
    with pytest.raises(BadLifetime):
        issuer.token("ada", lifetime_seconds=lifetime_seconds)


def test_the_secret_is_of_its_owner_alone(issuer, stores):
    assert not stores.exists()
    issuer.token("ada")
    assert (stores / "token-secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in stores.iterdir()] == ["token-secret"]


def test_a_secret_that_others_can_read_is_not_used(issuer, verifier, stores, caplog):
    token = issuer.token("ada")
    assert verifier.verify(f"Bearer {token}")
    (stores / "token-secret").chmod(0o640)
    with pytest.raises(Unauthorized):
        verifier.verify(f"Bearer {token}")
    with pytest.raises(SecretExposed, match="chmod 600"):
        LocalIssuer(stores).token("ada")
    with pytest.raises(Unauthorized):
        TokenVerifier([LocalIssuer(stores).issuer()]).verify(f"Bearer {token}")
    assert "chmod 600" in caplog.text


@pytest.mark.parametrize("text", ["", "\n", "00", "xyz", "00" * 31, "é" * 64])
def test_a_spoilt_secret_is_not_used(stores, text):
    stores.mkdir(parents=True)
    (stores / "token-secret").touch(0o600)
    (stores / "token-secret").write_text(text)
    with pytest.raises(BadSecret, match="Remove it"):
        LocalIssuer(stores).token("ada")


def test_another_secret_is_another_issuer(verifier, tmp_path):
    with pytest.raises(Unauthorized):
        verifier.verify("Bearer " + LocalIssuer(tmp_path / "elsewhere").token("ada"))


def test_removing_the_secret_ends_all_tokens_at_once(issuer, verifier, stores):
    token = issuer.token("ada")
    assert verifier.verify(f"Bearer {token}")
    (stores / "token-secret").unlink()
    with pytest.raises(Unauthorized):
        verifier.verify(f"Bearer {token}")
    assert verifier.verify("Bearer " + LocalIssuer(stores).token("ada"))


def test_threads_that_come_first_at_once_agree_on_the_secret(tmp_path):
    for attempt in range(5):
        directory, tokens, gate = tmp_path / str(attempt), [], threading.Barrier(6)

        def make(directory=directory, tokens=tokens, gate=gate):
            issuer = LocalIssuer(directory)
            gate.wait()
            tokens.append(issuer.token("ada"))

        threads = [threading.Thread(target=make) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        verifier = TokenVerifier([LocalIssuer(directory).issuer()])
        assert [verifier.verify(f"Bearer {token}").user_id for token in tokens] == ["ada"] * 6


MAKE = """
import sys
from pathlib import Path
from ocs_sim.auth import LocalIssuer
import jwt
print("ready", flush=True)
sys.stdin.readline()
print(LocalIssuer(Path(sys.argv[1])).token("ada"))
"""


def test_processes_that_come_first_at_once_agree_on_the_secret(stores):
    command = [sys.executable, "-c", MAKE, str(stores)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    started = [subprocess.Popen(command, **pipes) for _ in range(4)]
    assert [process.stdout.readline() for process in started] == ["ready\n"] * 4
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    tokens = [process.communicate(timeout=30)[0].strip() for process in started]
    verifier = TokenVerifier([LocalIssuer(stores).issuer()])
    assert [verifier.verify(f"Bearer {token}").user_id for token in tokens] == ["ada"] * 4
    assert [path.name for path in stores.iterdir()] == ["token-secret"]
