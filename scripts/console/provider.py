"""A sign-in provider with PKCE and keys that can change: oidc-provider-mock, which is built on authlib, with authlib's RFC 7636 beside it.

  provider.py PORT
"""
import sys

import flask
import oidc_provider_mock
from authlib import jose
from authlib.oauth2.rfc7636 import CodeChallenge
from oidc_provider_mock import _app as mock

challenges = {}


class Challenge(CodeChallenge):
    """Asks every sign-in for a challenge, and every code for its verifier."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def get_authorization_code_challenge(self, authorization_code):
        return challenges[authorization_code.code]

    def get_authorization_code_challenge_method(self, authorization_code):
        return "S256"


class Grant(mock.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post"]

    def save_authorization_code(self, code, request):
        challenges[code] = request.payload.data.get("code_challenge")
        super().save_authorization_code(code, request)


def rename(key, name):
    """The key under a name of its own, which tokens and the list of keys have."""
    return jose.RSAKey.import_key(key.as_dict(is_private=True) | {"kid": name})


register = mock.flask_oauth2.AuthorizationServer.register_grant


def register_grant(server, grant, extensions=()):
    if grant is mock.AuthorizationCodeGrant:
        grant, extensions = Grant, [*extensions, Challenge(required=True)]
    register(server, grant, extensions)


mock.flask_oauth2.AuthorizationServer.register_grant = register_grant
app = oidc_provider_mock.app(require_nonce=True)


@app.post("/test/rotate")
def rotate():
    """Another key from now on, under another name."""
    storage = flask.g.oidc_provider_mock_storage
    storage.jwk = rename(jose.RSAKey.generate_key(is_private=True), flask.request.args["name"])
    return "", 204


app.run("127.0.0.1", int(sys.argv[1]), debug=False)
