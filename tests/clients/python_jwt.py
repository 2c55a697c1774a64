"""Makes keys and signs tokens with the Python package `PyJWT`: see README.md."""

import base64
import hashlib
import hmac
import json
import sys

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

KEYS = {
    "RSA": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}
FAMILIES = {"RSA": "RS256", "P-256": "ES256", "P-384": "ES384", "Ed25519": "EdDSA"}


def make_key(kind: str) -> dict[str, object]:
    private = KEYS[kind]()
    public = private.public_key()
    pem = serialization.Encoding.PEM
    return {
        "private": private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode(),
        "public": public.public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo).decode(),
        "jwk": get_default_algorithms()[FAMILIES[kind]].to_jwk(public, as_dict=True),
    }


def sign(algorithm: str, key: str, header: dict[str, object], payload: str) -> str:
    """Signs any payload, claims or not."""
    return jwt.api_jws.encode(payload.encode(), key, algorithm, header)


def confuse(header: dict[str, object], payload: str, key: str) -> str:
    """Signs with HS256 and a secret that `PyJWT` would not take: a public key."""
    parts = [base64.urlsafe_b64encode(part.encode()).rstrip(b"=") for part in (json.dumps(header), payload)]
    message = b".".join(parts)
    signature = hmac.digest(key.encode(), message, hashlib.sha256)
    return b".".join([message, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def verify(algorithm: str, key: str, token: str, audience: str | None) -> list[object]:
    """Returns the header and the claims, or what is wrong."""
    try:
        claims = jwt.decode(token, key, [algorithm], {"require": ["iat", "exp"]}, audience=audience)
        return [jwt.get_unverified_header(token), claims]
    except jwt.PyJWTError as error:
        return [type(error).__name__, None]


COMMANDS = {"key": make_key, "sign": sign, "confuse": confuse, "verify": verify}

for line in sys.stdin:
    command, _, arguments = line.partition(" ")
    print(json.dumps(COMMANDS[command](*json.loads(arguments))), flush=True)
