"""The state's sign-in: an OpenID provider with three citizens (OpenID Connect Core 1.0, PKCE RFC 7636).

`SANDBOX_OIDC` holds the one client it knows: {"client_id", "client_secret", "redirect_uri"}; without
it there is no provider. Keys, codes and tokens live as long as the process.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from functools import cache
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

CODE_SECONDS, TOKEN_SECONDS = 60, 300
_KEY_ID = "sandbox-1"
#: Invented people; the numbers are built as real ones are.
CITIZENS: dict[str, dict[str, str]] = {
    "an": {
        "name": "Nguyễn Văn An",
        "identity_number": "025085000101",
        "birthdate": "1985-03-12",
        "gender": "male",
        "phone_number": "+84912000101",
        "email": "an@example.vn",
    },
    "binh": {
        "name": "Trần Thị Bình",
        "identity_number": "026192000202",
        "birthdate": "1992-11-02",
        "gender": "female",
        "phone_number": "+84912000202",
        "email": "binh@example.vn",
    },
    "chi": {
        "name": "Bùi Thị Chi",
        "identity_number": "017301000303",
        "birthdate": "2001-07-25",
        "gender": "female",
        "phone_number": "+84912000303",
        "email": "",
    },
}
#: Which scope brings a claim, as the standard says (OpenID Connect Core 5.4); all others come with `profile`.
SCOPES = {"phone_number": "phone", "email": "email"}
#: How a provider that is not the state's might forge its token; chosen on the page, for tests and demos.
FORGERIES = {
    "": "Trả lời đúng",
    "unsigned": "Thẻ không ký (alg none)",
    "other_key": "Thẻ ký bằng khóa khác",
    "expired": "Thẻ đã hết hạn",
    "other_audience": "Thẻ của trang khác",
}
#: What was given out and not used yet: code → what was asked; token → whose it is.
_codes: dict[str, dict[str, Any]] = {}
_tokens: dict[str, tuple[str, list[str], float]] = {}


def discovery(request: HttpRequest) -> HttpResponse:
    """`.well-known/openid-configuration`."""
    _client()
    issuer = _issuer(request)
    return JsonResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }
    )


def jwks(request: HttpRequest) -> HttpResponse:
    """The key its tokens are signed with."""
    public = jwt.algorithms.RSAAlgorithm.to_jwk(_key().public_key(), as_dict=True)
    return JsonResponse({"keys": [{**public, "kid": _KEY_ID, "use": "sig", "alg": "RS256"}]})


def authorize(request: HttpRequest) -> HttpResponse:
    """Ask who signs in; lead back with a code, or with `access_denied`."""
    client, query = _client(), request.GET
    is_known = query.get("client_id") == client["client_id"] and query.get("redirect_uri") == client["redirect_uri"]
    is_whole = (
        query.get("response_type") == "code"
        and "openid" in query.get("scope", "").split()
        and query.get("code_challenge_method") == "S256"
        and query.get("code_challenge")
    )
    if not is_known or not is_whole:
        return render(request, "sandbox/problem.html", {"problem": "Yêu cầu đăng nhập không hợp lệ."}, status=400)
    if request.method != "POST":
        return render(request, "sandbox/oidc.html", {"citizens": CITIZENS, "forgeries": FORGERIES})
    subject = request.POST.get("subject", "")
    answer = {"state": query.get("state", "")}
    if subject in CITIZENS:
        code = secrets.token_urlsafe(32)
        _codes[code] = {
            "subject": subject,
            "challenge": query["code_challenge"],
            "nonce": query.get("nonce", ""),
            "scope": query["scope"],
            "until": time.time() + CODE_SECONDS,
            "forgery": request.POST.get("forgery", ""),
        }
        answer["code"] = code
    else:
        answer["error"] = "access_denied"
    return HttpResponseRedirect(f"{client['redirect_uri']}?{urlencode(answer)}")


def token(request: HttpRequest) -> HttpResponse:
    """Exchange a code, once, for tokens; only who holds the secret and the verifier gets them."""
    client, form = _client(), request.POST
    secret = form.get("client_secret", "").encode()
    if form.get("client_id") != client["client_id"] or not hmac.compare_digest(
        secret, client["client_secret"].encode()
    ):
        return JsonResponse({"error": "invalid_client"}, status=401)
    given = _codes.pop(form.get("code", ""), None)
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if (
        given is None
        or given["until"] < time.time()
        or given["challenge"] != challenge
        or form.get("redirect_uri") != client["redirect_uri"]
    ):
        return JsonResponse({"error": "invalid_grant"}, status=400)
    now, access = int(time.time()), secrets.token_urlsafe(32)
    _tokens[access] = (given["subject"], given["scope"].split(), now + TOKEN_SECONDS)
    claims = {
        "iss": _issuer(request),
        "aud": client["client_id"],
        "sub": _subject(given["subject"]),
        "iat": now,
        "exp": now + TOKEN_SECONDS,
        "nonce": given["nonce"],
    }
    signed = _sign(claims, given["forgery"])
    return JsonResponse(
        {"access_token": access, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "id_token": signed}
    )


def userinfo(request: HttpRequest) -> HttpResponse:
    """Return the claims of the person the token was issued for, as far as they were asked for."""
    access = request.headers.get("Authorization", "").removeprefix("Bearer ")
    subject, scope, until = _tokens.get(access, ("", [], 0))
    if until < time.time():
        return JsonResponse({"error": "invalid_token"}, status=401)
    claims = {name: value for name, value in CITIZENS[subject].items() if SCOPES.get(name, "profile") in scope}
    return JsonResponse({"sub": _subject(subject), **claims})


def _sign(claims: dict[str, Any], forgery: str) -> str:
    headers = {"kid": _KEY_ID}
    if forgery == "unsigned":
        return jwt.encode(claims, "", "none", headers=headers)
    if forgery == "expired":
        claims |= {"iat": claims["iat"] - 3600, "exp": claims["iat"] - 1800}
    if forgery == "other_audience":
        claims |= {"aud": "another-site"}
    key = _new_key() if forgery == "other_key" else _key()
    return jwt.encode(claims, key, "RS256", headers=headers)


@cache
def _client() -> dict[str, str]:
    text = os.environ.get("SANDBOX_OIDC")
    if not text:
        raise Http404("no client is registered")
    client: dict[str, str] = json.loads(text)
    return client


@cache
def _key() -> rsa.RSAPrivateKey:
    return _new_key()


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _issuer(request: HttpRequest) -> str:
    return request.build_absolute_uri("/oidc")


def _subject(name: str) -> str:
    """Say nothing of the person: a provider's subject is no identity number."""
    return hashlib.sha256(f"sandbox:{name}".encode()).hexdigest()[:32]
