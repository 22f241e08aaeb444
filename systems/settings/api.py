"""The API: REST framework, and the OpenAPI document."""

from uuid import UUID

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "systems.api.authentication.BearerAuthentication",  # first: it says in a 401 what to send
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],  # open by decision, never by accident
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["systems.api.parsers.Json"],
    "DEFAULT_SCHEMA_CLASS": "systems.api.schema.Schema",
    "EXCEPTION_HANDLER": "systems.api.handlers.problem_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "ALLOWED_VERSIONS": ["1.0.0"],  # else `?version=` puts any text into the document, and into a header
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Project Nexus: places to stay",
    "DESCRIPTION": "Listings, bookings, payments and reviews. Errors are problem details (RFC 9457).",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "PATH_CONVERTER_OVERRIDES": {"id": UUID},
    "ENUM_NAME_OVERRIDES": {
        "BookingStatusEnum": "systems.bookings.models.Status",
        "PaymentStatusEnum": "systems.payments.models.Status",
        "RefundStatusEnum": "systems.payments.models.RefundStatus",
    },
}
