"""An issuer of tokens as Auth0 is one, and what it takes to forge them."""

import base64
import hashlib
import hmac
import json

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from ocs_sim.auth import USER_METADATA

NAME = "https://ranch.example.org/"
AUDIENCE = "master"


class Signer:
    """Who has a private key, and so can sign."""

    def __init__(self, bits=2048):
        self.private = rsa.generate_private_key(65537, bits)

    @property
    def pem(self):
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def private_pem(self):
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def jwk(self, key_id="one", **more):
        own = jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**own, "kid": key_id, "use": "sig", "alg": "RS256", **more}

    def token(self, now, *, kid=None, algorithm="RS256", headers=None, without=(), **claims):
        body = {**claims_at(now), **claims}
        for name in without:
            del body[name]
        headers = {**({"kid": kid} if kid else {}), **(headers or {})}
        return self.sign(json.dumps(body).encode(), algorithm, headers)

    def sign(self, payload, algorithm="RS256", headers=None):
        # Unlike jwt.encode this takes claims that no honest issuer would make.
        return jwt.api_jws.encode(payload, self.private, algorithm, headers)


def claims_at(now):
    return {
        "iss": NAME,
        "aud": [AUDIENCE, "https://ranch.example.org/userinfo"],
        "sub": "google-oauth2|1123",
        "name": "Ada",
        "exp": now + 3600,
        USER_METADATA: {"roles": ["owner"]},
    }


def part(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forged(header, claims, secret=None):
    """Return a token as no library would make it; signed with HMAC over `secret`, or not at all."""
    text = f"{part(header)}.{part(claims)}"
    signature = hmac.digest(secret, text.encode(), hashlib.sha256) if secret is not None else b""
    return f"{text}.{part(signature)}"
