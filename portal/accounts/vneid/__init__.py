"""Signing in citizens by VNeID or another OpenID provider of the state: OpenID Connect, code flow with PKCE."""
