"""An issuer's keys at an address: fetched seldom, changed under way, and there when the network is not."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ocs_sim.auth import TokenVerifier, Unauthorized, trusted_issuer
from ocs_sim.testing import free_port
from tests.auth.tokens import AUDIENCE, NAME


class Keys(ThreadingHTTPServer):
    """Serves a set of keys, and counts how often it is asked."""

    def __init__(self, port):
        self.asked = 0
        self.answer = (200, b"{}")
        super().__init__(("127.0.0.1", port), Handler)

    def serve(self, *keys):
        self.answer = (200, json.dumps({"keys": keys}).encode())


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked += 1
        status, body = self.server.answer
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def serving(port):
    with Keys(port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def keys(port):
    with serving(port) as server:
        yield server


@pytest.fixture
def verifier(port, clock):
    url = f"http://127.0.0.1:{port}/.well-known/jwks.json"
    return TokenVerifier([trusted_issuer(NAME, AUDIENCE, jwks=url, clock=clock)], clock)


def refused(verifier, token):
    with pytest.raises(Unauthorized):
        verifier.verify(f"Bearer {token}")
    return True


def accepted(verifier, token):
    return verifier.verify(f"Bearer {token}").user_id == "google-oauth2|1123"


def test_keys_are_fetched_once_for_many_tokens(keys, verifier, signer, clock):
    keys.serve(signer.jwk("one"))
    assert keys.asked == 0
    for _ in range(20):
        assert accepted(verifier, signer.token(clock.time(), kid="one"))
    assert keys.asked == 1


def test_keys_are_fetched_again_after_an_hour(keys, verifier, signer, stranger, clock):
    keys.serve(signer.jwk("one"))
    assert accepted(verifier, signer.token(clock.time(), kid="one"))
    keys.serve(stranger.jwk("two"))
    clock.advance(3599)
    assert accepted(verifier, signer.token(clock.time(), kid="one"))
    clock.advance(1)
    assert refused(verifier, signer.token(clock.time(), kid="one"))
    assert keys.asked == 2


def test_an_issuer_may_change_its_keys(keys, verifier, signer, stranger, clock):
    keys.serve(signer.jwk("one"))
    assert accepted(verifier, signer.token(clock.time(), kid="one"))
    keys.serve(signer.jwk("one"), stranger.jwk("two"))
    clock.advance(30)
    assert accepted(verifier, stranger.token(clock.time(), kid="two"))
    assert accepted(verifier, signer.token(clock.time(), kid="one"))
    assert keys.asked == 2


def test_invented_keys_make_no_requests(keys, verifier, signer, stranger, clock):
    keys.serve(signer.jwk("one"))
    assert accepted(verifier, signer.token(clock.time(), kid="one"))
    for number in range(50):
        assert refused(verifier, stranger.token(clock.time(), kid=f"invented {number}"))
    assert keys.asked == 1
    clock.advance(30)
    for number in range(50):
        assert refused(verifier, stranger.token(clock.time(), kid=f"invented {number}"))
    assert keys.asked == 2


def test_tokens_that_could_not_count_anyhow_make_no_requests(keys, verifier, signer, clock):
    keys.serve(signer.jwk("one"))
    assert refused(verifier, signer.token(clock.time(), kid="one", iss="somebody else"))
    assert refused(verifier, signer.token(clock.time(), kid="one", algorithm="RS512"))
    assert refused(verifier, "a.b.c")
    assert keys.asked == 0


def test_what_was_fetched_counts_while_nobody_answers(port, verifier, signer, stranger, clock, caplog):
    with serving(port) as keys:
        keys.serve(signer.jwk("one"))
        assert accepted(verifier, signer.token(clock.time(), kid="one"))
    clock.advance(86400)
    assert accepted(verifier, signer.token(clock.time(), kid="one"))
    assert "could not be fetched" in caplog.text
    assert refused(verifier, stranger.token(clock.time(), kid="two"))
    with serving(port) as keys:
        keys.serve(stranger.jwk("two"))
        clock.advance(30)
        assert accepted(verifier, stranger.token(clock.time(), kid="two"))


def test_nobody_gets_in_before_keys_could_be_fetched(port, verifier, signer, clock):
    assert refused(verifier, signer.token(clock.time(), kid="one"))
    with serving(port) as keys:
        keys.serve(signer.jwk("one"))
        assert refused(verifier, signer.token(clock.time(), kid="one"))
        clock.advance(30)
        assert accepted(verifier, signer.token(clock.time(), kid="one"))


def started(port, clock, directory):
    url = f"http://127.0.0.1:{port}/.well-known/jwks.json"
    return TokenVerifier([trusted_issuer(NAME, AUDIENCE, jwks=url, clock=clock, directory=directory)], clock)


def test_what_was_fetched_counts_after_a_start_without_a_network(port, tmp_path, signer, stranger, clock):
    with serving(port) as keys:
        keys.serve(signer.jwk("one"))
        assert accepted(started(port, clock, tmp_path), signer.token(clock.time(), kid="one"))
    verifier = started(port, clock, tmp_path)
    assert accepted(verifier, signer.token(clock.time(), kid="one"))
    assert refused(verifier, stranger.token(clock.time(), kid="two"))
    assert refused(started(free_port(), clock, tmp_path), signer.token(clock.time(), kid="one"))
    with serving(port) as keys:
        keys.serve(stranger.jwk("two"))
        verifier = started(port, clock, tmp_path)
        assert refused(verifier, signer.token(clock.time(), kid="one"))
        assert accepted(verifier, stranger.token(clock.time(), kid="two"))


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"url": 1}', '{"document": {"keys": []}}'])
def test_kept_keys_that_are_spoilt_do_not_matter(port, keys, tmp_path, signer, clock, content):
    keys.serve(signer.jwk("one"))
    assert accepted(started(port, clock, tmp_path), signer.token(clock.time(), kid="one"))
    (kept,) = tmp_path.iterdir()
    kept.write_text(content)
    assert accepted(started(port, clock, tmp_path), signer.token(clock.time(), kid="one"))
    assert keys.asked == 2


def test_kept_keys_that_others_may_have_written_are_not_used(port, tmp_path, signer, clock, caplog):
    with serving(port) as keys:
        keys.serve(signer.jwk("one"))
        assert accepted(started(port, clock, tmp_path), signer.token(clock.time(), kid="one"))
    (kept,) = tmp_path.iterdir()
    kept.chmod(0o666)
    assert refused(started(port, clock, tmp_path), signer.token(clock.time(), kid="one"))
    assert "are not used" in caplog.text


def test_a_directory_that_takes_nothing_does_not_matter(port, keys, tmp_path, signer, clock, caplog):
    keys.serve(signer.jwk("one"))
    (tmp_path / "file").touch()
    assert accepted(started(port, clock, tmp_path / "file"), signer.token(clock.time(), kid="one"))
    assert "are not kept" in caplog.text


@pytest.mark.parametrize(
    "answer",
    [(500, b""), (302, b""), (200, b""), (200, b"{}"), (200, b"[" * 100_000)],
)
def test_an_answer_that_makes_no_sense_changes_nothing(keys, verifier, signer, clock, answer):
    keys.serve(signer.jwk("one"))
    assert accepted(verifier, signer.token(clock.time(), kid="one"))
    keys.answer = answer
    clock.advance(3600)
    assert accepted(verifier, signer.token(clock.time(), kid="one"))
    assert keys.asked == 2


def test_an_answer_that_never_ends_is_not_read_to_its_end(keys, verifier, signer, stranger, clock):
    keys.serve(stranger.jwk("two"))
    keys.answer = (200, b" " * 2**20 + keys.answer[1])
    assert refused(verifier, stranger.token(clock.time(), kid="two"))
    keys.serve(signer.jwk("one"))
    clock.advance(30)
    assert accepted(verifier, signer.token(clock.time(), kid="one"))


def test_many_at_once_ask_once(keys, verifier, signer, clock):
    keys.serve(signer.jwk("one"))
    token, found = signer.token(clock.time(), kid="one"), []
    gate = threading.Barrier(8)

    def ask():
        gate.wait()
        found.append(accepted(verifier, token))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 8
    assert keys.asked == 1
