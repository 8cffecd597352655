"""Whose tokens are taken, and that nobody else's are."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.auth import (
    USER_METADATA,
    BadIssuer,
    Identity,
    LocalIssuer,
    TokenVerifier,
    Unauthorized,
    trusted_issuer,
)
from tests.auth.tokens import AUDIENCE, NAME, claims_at, forged, part


@pytest.fixture
def certificate(tmp_path, signer):
    path = tmp_path / "issuer.pem"
    path.write_bytes(signer.pem)
    return path


@pytest.fixture
def local(tmp_path, clock):
    return LocalIssuer(tmp_path / "stores", clock)


@pytest.fixture
def verifier(certificate, local, clock):
    foreign = trusted_issuer(NAME, AUDIENCE, certificate=certificate)
    return TokenVerifier([foreign, local.issuer()], clock)


def refused(verifier, header):
    with pytest.raises(Unauthorized) as caught:
        verifier.verify(header)
    return str(caught.value)


def test_a_token_says_who_sends_it(verifier, signer, clock):
    found = verifier.verify(f"Bearer {signer.token(clock.time())}")
    assert found == Identity("google-oauth2|1123", ("owner",), "Ada")


def test_the_scheme_may_be_written_in_any_case(verifier, signer, clock):
    token = signer.token(clock.time())
    assert {verifier.verify(f"{scheme} {token}").user_id for scheme in ("bearer", "BEARER", "bEaReR")} == {
        "google-oauth2|1123"
    }


@pytest.mark.parametrize("header", [None, "", " ", "x", "Bearer", "Bearer ", "Basic dTpw", "Token a.b.c"])
def test_a_header_without_a_bearer_token_lets_nobody_in(verifier, header):
    refused(verifier, header)


def test_a_token_without_its_scheme_lets_nobody_in(verifier, signer, clock):
    token = signer.token(clock.time())
    for header in (token, f"Bearer{token}", f"Bearer {token} more", f"Bearer, {token}"):
        refused(verifier, header)


def test_a_token_counts_until_it_ends_and_half_a_minute_more(verifier, signer, clock):
    header = f"Bearer {signer.token(clock.time())}"
    clock.advance(3629)
    assert verifier.verify(header)
    clock.advance(1)
    assert "expired" in refused(verifier, header)


def test_a_token_counts_from_its_beginning_on(verifier, signer, clock):
    header = f"Bearer {signer.token(clock.time(), nbf=clock.time() + 600)}"
    assert "not valid yet" in refused(verifier, header)
    clock.advance(570)
    assert verifier.verify(header)


@pytest.mark.parametrize("exp", [None, "never", True, float("inf"), 10**400])
def test_a_token_that_never_ends_lets_nobody_in(verifier, signer, clock, exp):
    assert "no exp" in refused(verifier, f"Bearer {signer.token(clock.time(), exp=exp)}")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example.org/"},
        {"iss": NAME.rstrip("/")},
        {"iss": [NAME]},
        {"iss": None},
        {"aud": "somebody else"},
        {"aud": "masters"},
        {"aud": []},
        {"aud": {"master": True}},
        {"aud": None},
        {"sub": ""},
        {"sub": " "},
        {"sub": None},
    ],
)
def test_a_token_for_or_from_somebody_else_lets_nobody_in(verifier, signer, clock, claims):
    refused(verifier, f"Bearer {signer.token(clock.time(), **claims)}")


@pytest.mark.parametrize("missing", ["iss", "aud", "sub", "exp"])
def test_a_token_that_leaves_a_claim_out_lets_nobody_in(verifier, signer, clock, missing):
    assert verifier.verify(f"Bearer {signer.token(clock.time())}")
    refused(verifier, f"Bearer {signer.token(clock.time(), without=[missing])}")


def test_an_audience_may_be_one_text(verifier, signer, clock):
    assert verifier.verify(f"Bearer {signer.token(clock.time(), aud=AUDIENCE)}")


def test_the_key_of_somebody_else_lets_nobody_in(verifier, stranger, clock):
    assert "signature" in refused(verifier, f"Bearer {stranger.token(clock.time())}")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", None])
def test_a_token_that_is_not_signed_lets_nobody_in(verifier, clock, algorithm):
    token = forged({"alg": algorithm, "typ": "JWT"}, claims_at(clock.time()))
    refused(verifier, f"Bearer {token}")
    refused(verifier, f"Bearer {token.rstrip('.')}")


def test_the_public_key_is_no_secret_to_sign_with(verifier, signer, clock):
    for key in (signer.pem, signer.pem.strip(), signer.private.public_key().public_numbers().n.to_bytes(256)):
        refused(verifier, "Bearer " + forged({"alg": "HS256"}, claims_at(clock.time()), key))


def test_each_issuer_has_one_algorithm(verifier, signer, local, clock):
    for algorithm in ("RS384", "RS512", "PS256"):
        token = signer.token(clock.time(), algorithm=algorithm)
        assert "not signed as its issuer does" in refused(verifier, f"Bearer {token}")
    as_if_local = signer.token(clock.time(), iss="obsbow", aud="obsbow")
    assert "not signed as its issuer does" in refused(verifier, f"Bearer {as_if_local}")


def test_the_local_secret_signs_for_nobody_else(verifier, local, clock, tmp_path):
    local.token("ada")
    secret = bytes.fromhex((tmp_path / "stores" / "token-secret").read_text())
    assert verifier.verify(
        "Bearer "
        + forged({"alg": "HS256"}, {**claims_at(clock.time()), "iss": "obsbow", "aud": "obsbow"}, secret)
    )
    refused(verifier, "Bearer " + forged({"alg": "HS256"}, claims_at(clock.time()), secret))


@pytest.mark.parametrize(
    "header",
    [{"jku": "http://127.0.0.1:9/"}, {"x5u": "http://127.0.0.1:9/"}, {"jwk": {"kty": "oct", "k": "AA"}}],
)
def test_a_token_cannot_bring_its_own_key(verifier, stranger, clock, header):
    refused(verifier, f"Bearer {stranger.token(clock.time(), headers=header)}")


def test_claims_that_are_no_object_let_nobody_in(verifier, signer):
    for payload in (b"[]", b"1", b"null", b'"x"', b"{", b"\xff", b"[" * 10_000):
        refused(verifier, f"Bearer {signer.sign(payload)}")


@pytest.mark.parametrize(
    ("metadata", "roles"),
    [
        ({"roles": ["admin", "owner"]}, ("admin", "owner")),
        ({"roles": ["admin", "admin"]}, ("admin",)),
        ({"roles": ["not-administrator"]}, ("not-administrator",)),
        ({"roles": "admin"}, ()),
        ({"roles": '["admin"]'}, ()),
        ({"roles": {"admin": True}}, ()),
        ({"roles": [["admin"], 1, None, ""]}, ()),
        ({"roles": None}, ()),
        ({}, ()),
        (None, ()),
        ("admin", ()),
    ],
)
def test_roles_are_whole_words_in_a_list(verifier, signer, clock, metadata, roles):
    found = verifier.verify(f"Bearer {signer.token(clock.time(), **{USER_METADATA: metadata})}")
    assert found.roles == roles
    assert found.is_admin == ("admin" in roles)


def test_who_has_no_role_claim_is_a_user_without_roles(verifier, signer, clock):
    assert verifier.verify(f"Bearer {signer.token(clock.time(), without=[USER_METADATA])}").roles == ()


@pytest.mark.parametrize(
    ("roles", "named", "may"),
    [
        ((), "ada", True),
        ((), "grace", False),
        (("not-administrator",), "grace", False),
        (("admin",), "grace", True),
        ((), None, False),
        ((), ["ada"], False),
    ],
)
def test_only_an_admin_acts_as_somebody_else(roles, named, may):
    assert Identity("ada", roles).may_act_as(named) == may


def test_neither_errors_nor_logs_tell_of_tokens(verifier, signer, stranger, clock, caplog):
    caplog.set_level(logging.DEBUG)
    tokens = [
        stranger.token(clock.time()),
        signer.token(clock.time() - 7200),
        signer.token(clock.time(), aud="else"),
        signer.token(clock.time())[:-4],
    ]
    for token in tokens:
        told = refused(verifier, f"Bearer {token}") + caplog.text
        assert not any(piece in told for piece in token.split("."))
        assert "google-oauth2" not in told


def test_keys_that_cannot_be_read_any_more_let_nobody_in_and_are_told_of(
    verifier, signer, clock, certificate, caplog
):
    header = f"Bearer {signer.token(clock.time())}"
    assert verifier.verify(header)
    certificate.write_text("spoilt")
    assert "cannot be read" in refused(verifier, header)
    assert "issuer.pem" in caplog.text


def test_two_issuers_of_a_name_cannot_be_told_apart(local, clock):
    with pytest.raises(BadIssuer, match="twice"):
        TokenVerifier([local.issuer(), local.issuer()], clock)


characters = st.one_of(st.sampled_from("Bearer .=-_\t"), st.characters())


@given(st.text(characters, max_size=300))
def test_no_header_whatever_gets_in_or_breaks_anything(header):
    refused(TokenVerifier([]), header)
    refused(TokenVerifier([]), f"Bearer {header}")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["alg", "kid", "crit", "b64", "iss", "aud", "sub", "exp", "nbf", USER_METADATA])


@given(st.dictionaries(names, json_values), st.dictionaries(names, json_values), st.booleans())
def test_no_claims_whatever_get_in_unsigned_or_break_anything(tmp_path_factory, header, claims, is_known):
    # The secret is not known to the forger, only that there is one.
    local = LocalIssuer(tmp_path_factory.getbasetemp() / "forged")
    verifier = TokenVerifier([local.issuer()])
    if is_known:
        header, claims = {**header, "alg": "HS256"}, {**claims, "iss": "obsbow", "aud": "obsbow"}
    refused(verifier, "Bearer " + forged(header, claims, b"guessed"))
    refused(verifier, f"Bearer {part(header)}.{part(claims)}")


@given(st.dictionaries(names, json_values))
def test_signed_claims_whatever_say_who_it_is_or_let_nobody_in(tmp_path_factory, claims):
    directory = tmp_path_factory.getbasetemp() / "signed"
    local = LocalIssuer(directory)
    local.token("ada")
    secret = bytes.fromhex((directory / "token-secret").read_text())
    own = {"sub": "ada", "exp": 2**40, **claims, "iss": "obsbow", "aud": "obsbow"}
    try:
        found = TokenVerifier([local.issuer()]).verify("Bearer " + forged({"alg": "HS256"}, own, secret))
    except Unauthorized:
        return
    assert found.user_id == own["sub"]
    assert all(isinstance(role, str) for role in found.roles)
