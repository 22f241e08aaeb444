"""Settings from the environment. What is not set is safe: a secret without a default stops the start, in a line."""

from datetime import timedelta

import environ

env = environ.Env()

# --- what differs from one place to another

SECRET_KEY = env.str("SECRET_KEY")
DATABASES = {"default": {**env.db_url("DATABASE_URL"), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
REDIS_URL = env.str("REDIS_URL")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
DEBUG = env.bool("DEBUG", default=False)
HTTPS = env.bool("HTTPS", default=True)  # false only where nothing but this machine is asked
# Networks of the proxies in front of us, such as 10.0.0.0/8: only what they say of a client's address is believed.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

# --- the rules of the house

BOOKING_PENDING_HOURS = env.int("BOOKING_PENDING_HOURS", default=24)  # then a stay that no host confirmed lapses
FAILED_LOGINS = env.str("FAILED_LOGINS", default="5/minute")  # for each address, and for each account
ACCESS_MINUTES = env.int("ACCESS_MINUTES", default=5)  # a stolen access token is good for as long
REFRESH_GRACE_SECONDS = env.int("REFRESH_GRACE_SECONDS", default=10)  # a second use that soon is a race, not a theft
REFRESH_DAYS = env.int("REFRESH_DAYS", default=30)  # then one has to sign in again

# What one GraphQL request may ask for; beyond it, nothing is executed.
GRAPHQL_DEPTH = env.int("GRAPHQL_DEPTH", default=12)  # fields inside each other
GRAPHQL_COST = env.int("GRAPHQL_COST", default=50_000)  # fields in the longest answer that there can be
GRAPHQL_ALIASES = env.int("GRAPHQL_ALIASES", default=20)  # fields that are asked for under another name
GRAPHQL_PAGE_SIZE = env.int("GRAPHQL_PAGE_SIZE", default=100)  # rows of one list
GRAPHQL_TOKENS = env.int("GRAPHQL_TOKENS", default=1_000)  # words and signs of the query; its variables are not counted
GRAPHQL_INTROSPECTION = env.bool("GRAPHQL_INTROSPECTION", default=True)  # whether the schema may be asked for

# --- Django

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "systems.web",  # before drf_spectacular, one of whose templates it replaces
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "systems.accounts",
    "systems.listings",
    "systems.bookings",
    "systems.reviews",
    "systems.crm",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "systems.urls"
WSGI_APPLICATION = "systems.wsgi.application"
APPEND_SLASH = False  # a POST that is redirected loses its body
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
LANGUAGE_CODE, TIME_ZONE, USE_TZ = "en", "UTC", True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_500_000  # bytes of a body: 10,000 customers with their phones fit

# Swagger UI and Redoc come as ready-made files, which must be found without a run of collectstatic.
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True

# --- who is who

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SIMPLE_JWT = {"ACCESS_TOKEN_LIFETIME": timedelta(minutes=ACCESS_MINUTES), "UPDATE_LAST_LOGIN": False}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "systems.web.handlers.csrf_failure"

# --- the API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTAuthentication",  # first: it says in a 401 what to send
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],  # open by decision, never by accident
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["systems.web.parsers.Json"],
    "DEFAULT_SCHEMA_CLASS": "systems.web.schema.Schema",
    "EXCEPTION_HANDLER": "systems.web.handlers.problem_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "STRICT_JSON": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Project Nexus: places to stay",
    "DESCRIPTION": "Listings, bookings and reviews. Errors are problem details (RFC 9457).",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {"BookingStatusEnum": "systems.bookings.models.Status"},
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
