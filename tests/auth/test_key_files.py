"""An issuer's keys in files: what is taken, what is not, and what happens when they change."""

import datetime as dt
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from ocs_sim.auth import BadIssuer, BadKeyFile, TokenVerifier, Unauthorized, trusted_issuer
from tests.auth.tokens import AUDIENCE, NAME, Signer


def verifier_of(clock, **keys):
    return TokenVerifier([trusted_issuer(NAME, AUDIENCE, **keys)], clock)


def certificate_of(signer):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "issuer")])
    day = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(name, name, signer.private.public_key(), 1, day, day.replace(year=2021))
    return builder.sign(signer.private, hashes.SHA256()).public_bytes(Encoding.PEM)


def write_jwks(path, *keys):
    path.write_text(json.dumps({"keys": list(keys)}))
    return path


def test_a_certificate_is_as_good_as_a_public_key(tmp_path, signer, clock):
    (tmp_path / "key.pem").write_bytes(signer.pem)
    (tmp_path / "certificate.pem").write_bytes(certificate_of(signer))
    for name in ("key.pem", "certificate.pem"):
        verifier = verifier_of(clock, certificate=tmp_path / name)
        assert verifier.verify(f"Bearer {signer.token(clock.time(), kid='whatever')}")


def test_a_set_of_keys_has_several(tmp_path, signer, stranger, clock):
    path = write_jwks(tmp_path / "keys.json", signer.jwk("one"), stranger.jwk("two"))
    verifier = verifier_of(clock, jwks=path)
    assert verifier.verify(f"Bearer {signer.token(clock.time(), kid='one')}")
    assert verifier.verify(f"Bearer {stranger.token(clock.time(), kid='two')}")
    for kid in ("two", "three", None):
        with pytest.raises(Unauthorized):
            verifier.verify(f"Bearer {signer.token(clock.time(), kid=kid)}")


def test_a_token_without_the_id_of_a_key_is_checked_with_the_only_one(tmp_path, signer, clock):
    verifier = verifier_of(clock, jwks=write_jwks(tmp_path / "keys.json", signer.jwk("one")))
    assert verifier.verify(f"Bearer {signer.token(clock.time())}")


def test_keys_that_are_not_for_rs256_signatures_are_not_used(tmp_path, signer, stranger, clock):
    others = [
        stranger.jwk("encrypts", use="enc"),
        stranger.jwk("other", alg="RS512"),
        {"kty": "oct", "kid": "secret", "k": "AAAA"},
        {"kty": "EC", "kid": "curve", "crv": "P-256"},
        "no key at all",
    ]
    verifier = verifier_of(clock, jwks=write_jwks(tmp_path / "keys.json", *others, signer.jwk("one")))
    assert verifier.verify(f"Bearer {signer.token(clock.time(), kid='one')}")
    for kid in ("encrypts", "other"):
        with pytest.raises(Unauthorized):
            verifier.verify(f"Bearer {stranger.token(clock.time(), kid=kid)}")


def test_a_changed_file_counts_at_once(tmp_path, signer, stranger, clock):
    path = write_jwks(tmp_path / "keys.json", signer.jwk("one"))
    verifier = verifier_of(clock, jwks=path)
    write_jwks(tmp_path / "new.json", stranger.jwk("two")).replace(path)
    assert verifier.verify(f"Bearer {stranger.token(clock.time(), kid='two')}")
    with pytest.raises(Unauthorized):
        verifier.verify(f"Bearer {signer.token(clock.time(), kid='one')}")


def curve_key():
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda signer: b"", "PEM"),
        (lambda signer: b"nonsense", "PEM"),
        (lambda signer: signer.private_pem, "private key"),
        (lambda signer: curve_key(), "no RSA key"),
        (lambda signer: Signer(1024).pem, "1024 bits"),
    ],
)
def test_a_pem_file_that_cannot_be_used_is_an_error_at_the_start(tmp_path, signer, clock, make, fault):
    path = tmp_path / "key.pem"
    path.write_bytes(make(signer))
    with pytest.raises(BadKeyFile, match=fault) as caught:
        verifier_of(clock, certificate=path)
    assert "key.pem" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"keys": {}}', '{"keys": []}', '{"keys": [{"kty": "RSA"}]}', '{"keys": [{"kid": []}]}'],
)
def test_a_set_of_keys_that_cannot_be_used_is_an_error_at_the_start(tmp_path, clock, text):
    (tmp_path / "keys.json").write_text(text)
    with pytest.raises(BadKeyFile, match=r"keys\.json"):
        verifier_of(clock, jwks=tmp_path / "keys.json")


def test_a_file_that_is_not_there_is_an_error_at_the_start(tmp_path, clock):
    for keys in ({"jwks": tmp_path / "no.json"}, {"certificate": tmp_path / "no.pem"}):
        with pytest.raises(BadKeyFile, match="No such file"):
            verifier_of(clock, **keys)


@pytest.mark.parametrize(
    ("name", "audience", "keys"),
    [
        ("", AUDIENCE, {"jwks": "keys.json"}),
        (NAME, "", {"jwks": "keys.json"}),
        ("obsbow", AUDIENCE, {"jwks": "keys.json"}),
        (NAME, AUDIENCE, {}),
        (NAME, AUDIENCE, {"jwks": "keys.json", "certificate": "key.pem"}),
        (NAME, AUDIENCE, {"jwks": "http://ranch.example.org/keys"}),
        (NAME, AUDIENCE, {"jwks": "http://127.0.0.1.example.org/keys"}),
        (NAME, AUDIENCE, {"jwks": "ftp://127.0.0.1/keys"}),
        (NAME, AUDIENCE, {"jwks": "https:///keys"}),
        (NAME, AUDIENCE, {"jwks": "http://[::1/keys"}),
    ],
)
def test_an_issuer_that_makes_no_sense_is_an_error_at_the_start(name, audience, keys):
    with pytest.raises(BadIssuer):
        trusted_issuer(name, audience, **keys)
