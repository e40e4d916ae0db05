"""The bills API and its description."""

from .site import BASE_URL, VERSION

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["payments.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["payments.api.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "payments.api.openapi.schema.ApiSchema",
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
    "SERVERS": [{"url": BASE_URL}],
    "WEBHOOKS": ["payments.api.openapi.events.EVENT"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Two things of the API are called kind, and a client proposes for fewer reasons than there are.
    "ENUM_NAME_OVERRIDES": {
        "FeeKindEnum": "payments.models.bills.FeeKind",
        "RefundReasonEnum": "payments.models.refunds.RefundReason",
        "NewRefundReasonEnum": "payments.api.serializers.REASONS",
        "WebhookKindEnum": "payments.models.clients.WebhookKind",
    },
}
