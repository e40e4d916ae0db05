"""The bills API and its description."""

from .site import VERSION

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["payments.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["payments.api.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "payments.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "payments.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    # A name of a parameter like any other.
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Một Cửa Pay – bills API",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Two things of the API are called kind.
    "ENUM_NAME_OVERRIDES": {
        "FeeKindEnum": "payments.models.bills.FeeKind",
        "WebhookKindEnum": "payments.models.clients.WebhookKind",
    },
}
