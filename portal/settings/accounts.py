"""Signing in: staff with password and second factor (allauth), citizens through the state's provider (VNeID)."""

from .environment import read

VNEID_ISSUER = read("VNEID_ISSUER").rstrip("/")
VNEID_CLIENT_ID = read("VNEID_CLIENT_ID")
VNEID_CLIENT_SECRET = read("VNEID_CLIENT_SECRET")
VNEID_SCOPE = read("VNEID_SCOPE")
VNEID_IDENTITY_CLAIM = read("VNEID_IDENTITY_CLAIM")
VNEID_NAME_CLAIM = read("VNEID_NAME_CLAIM")
VNEID_PHONE_CLAIM = read("VNEID_PHONE_CLAIM")
VNEID_EMAIL_CLAIM = read("VNEID_EMAIL_CLAIM")

AUTH_USER_MODEL = "agencies.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "agencies.authorization.RoleBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/quay/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
#: Who signs in is greeted by name, not by what the account is called.
ACCOUNT_USER_DISPLAY = str
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "portal.accounts.vneid.adapter.CitizenAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "vneid": {
        "APPS": [
            {
                "provider_id": "vneid",
                "name": "VNeID",
                "client_id": VNEID_CLIENT_ID,
                "secret": VNEID_CLIENT_SECRET,
                "settings": {"server_url": VNEID_ISSUER, "oauth_pkce_enabled": True, "scope": VNEID_SCOPE},
            }
        ]
        if VNEID_ISSUER
        else []
    }
}
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# Only wrong passwords are limited (portal/accounts/adapter.py): at half past seven a whole office signs in at once.
ACCOUNT_RATE_LIMITS = {"login": None}
MFA_TOTP_ISSUER = "Một Cửa Pay"
# Who types slowly, or whose phone is half a minute off, is let in (RFC 6238 5.2); a code still works once.
MFA_TOTP_TOLERANCE = 1
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A passkey is both factors only because it asks for finger, face or PIN each time: a found one opens nothing.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_PASSKEY_LOGIN_ENABLED = True
ACCOUNT_FORMS = {
    "login": "portal.accounts.forms.SignIn",
    "change_password": "portal.accounts.forms.NewPassword",
    "reauthenticate": "portal.accounts.forms.PasswordAgain",
    "reset_password": "portal.accounts.forms.LostPassword",
    "reset_password_from_key": "portal.accounts.forms.PasswordByLetter",
}
MFA_FORMS = {
    "authenticate": "portal.accounts.forms.CodeAtSignIn",
    "reauthenticate": "portal.accounts.forms.CodeAgain",
    "activate_totp": "portal.accounts.forms.FirstCode",
    "edit_webauthn": "portal.accounts.forms.KeyName",
    "login_webauthn": "portal.accounts.passkeys.SignInForm",
    "authenticate_webauthn": "portal.accounts.passkeys.SecondStepForm",
    "reauthenticate_webauthn": "portal.accounts.passkeys.ProveAgainForm",
    "add_webauthn": "portal.accounts.passkeys.EnrolForm",
}
# Whoever holds a role works with a second factor only; not a matter of the environment.
STAFF_MFA_REQUIRED = True
# A letter to whoever somebody typed would be spam; the page says the same either way.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Whoever proves a change of password was not them ends all sessions with it.
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
