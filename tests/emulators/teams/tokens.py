"""Tokens as Microsoft's, signed with keys of our own."""

import base64
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "https://api.botframework.com"


class Signer:
    """Signs tokens for one bot."""

    def __init__(self, audience: str, kid: str = "our-key"):
        self._audience = audience
        self._kid = kid
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def jwks(self) -> dict[str, Any]:
        """The public key, as the metadata's address for keys gives it."""
        public = self._key.public_key().public_numbers()
        numbers = {"n": _encoded(public.n), "e": _encoded(public.e)}
        return {"keys": [{"kty": "RSA", "use": "sig", "kid": self._kid, "alg": "RS256", **numbers}]}

    def token(self, service: str, **changed: Any) -> str:
        """A token that is good now for a service's address, but for what is changed; None leaves a claim out."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": self._audience,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "serviceurl": service,
        }
        claims = {name: value for name, value in {**claims, **changed}.items() if value is not None}
        return jwt.encode(claims, self._key, "RS256", headers={"kid": self._kid})


def _encoded(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
