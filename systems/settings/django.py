"""Django itself: what it runs, and whom it trusts."""

from systems.settings.environment import env
from systems.settings.kinds import boolean, hosts, networks, secret

SECRET_KEY = env("SECRET_KEY", secret)
ALLOWED_HOSTS = env("ALLOWED_HOSTS", hosts, default=["127.0.0.1", "localhost"])
DEBUG = env("DEBUG", boolean, default=False)
HTTPS = env("HTTPS", boolean, default=True)  # false only where nothing but this machine is asked
# Networks of the proxies in front of us, such as 10.0.0.0/8: only what they say of a client's address is believed.
TRUSTED_PROXIES: list[str] = env("TRUSTED_PROXIES", networks, default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "systems.api",  # before drf_spectacular, one of whose templates it replaces
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "systems.outbox",
    "systems.accounts",
    "systems.listings",
    "systems.bookings",
    "systems.reviews",
    "systems.payments",
    "systems.notifications",
    "systems.crm",
    "systems.ops",
    "systems.sample",
]
MIDDLEWARE = [
    "systems.api.middleware.request_id",  # first: what the others log and answer has the id, too
    "django.middleware.security.SecurityMiddleware",
    "systems.api.edge.refuse",
    "systems.api.static.StaticFiles",
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
LANGUAGE_CODE, TIME_ZONE, USE_TZ = "en", "UTC", True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_500_000  # bytes of a body: 10,000 customers with their phones fit

# Swagger UI and Redoc come as ready-made files, which must be found without a run of collectstatic.
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True

# --- who is who

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["systems.accounts.backends.PasswordBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},  # its own list names what our accounts do not have
    },
    {"NAME": "systems.accounts.passwords.VisibleLengthValidator"},
    {"NAME": "systems.accounts.passwords.DigitsValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "systems.accounts.hashers.Argon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "systems.api.handlers.csrf_failure"
