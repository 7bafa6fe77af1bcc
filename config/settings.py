"""Every choice of an installation, each an environment variable with a sensible default."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from config.admin_menu import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# The installation
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="insecure-development-key-change-me-before-going-public")
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[urlsplit(PUBLIC_URL).hostname or "", "localhost", "127.0.0.1"]
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
IS_PUBLIC_HTTPS = PUBLIC_URL.startswith("https://")

# What the numbers mean
REPORTING_CURRENCY = env.str("REPORTING_CURRENCY", default="USD")
REVENUE_MARGIN = env.str("REVENUE_MARGIN", default="1")  # The share of revenue ROI counts
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True

# Where data lives
DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///textrail")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
TEST_DATABASE_NAME = env.str("TEST_DATABASE_NAME", default="")
if TEST_DATABASE_NAME:
    DATABASES["default"]["TEST"] = {"NAME": TEST_DATABASE_NAME}
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

# The click journal (docs/redirect.md)
JOURNAL_DIR = Path(env.str("JOURNAL_DIR", default=str(VAR_DIR / "journal")))
JOURNAL_SYNC_SECONDS = env.float("JOURNAL_SYNC_SECONDS", default=0.1)
JOURNAL_ROTATE_BYTES = env.int("JOURNAL_ROTATE_BYTES", default=64 * 1024 * 1024)
JOURNAL_ROTATE_SECONDS = env.int("JOURNAL_ROTATE_SECONDS", default=300)
JOURNAL_MAX_BYTES = env.int("JOURNAL_MAX_BYTES", default=1024 * 1024 * 1024)
JOURNAL_MAX_LAG_SECONDS = env.int("JOURNAL_MAX_LAG_SECONDS", default=300)
COUNTRY_DATABASE = env.str("COUNTRY_DATABASE", default="")
CLICK_RETENTION_MONTHS = env.int("CLICK_RETENTION_MONTHS", default=13)
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

# Personal data: the key behind every stored hash of a phone number or an address
HASH_KEY = env.str("HASH_KEY", default=SECRET_KEY)

# How long the results of an uploaded audience are kept: they hold phone numbers
AUDIENCE_FILE_DAYS = env.int("AUDIENCE_FILE_DAYS", default=7)

# The link checker refuses private addresses except these hosts (demo and tests only)
LINK_CHECK_ALLOWED_PRIVATE_HOSTS = env.list("LINK_CHECK_ALLOWED_PRIVATE_HOSTS", default=[])
LINK_CHECK_FRESH_HOURS = env.int("LINK_CHECK_FRESH_HOURS", default=24)

# E-mail (https://django-environ.readthedocs.io: smtp+tls://user:password@host:587), and alerts
EMAIL_URL = env.str("EMAIL_URL", default="")
globals().update(env.email_url_config(EMAIL_URL or "dummymail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str(
    "EMAIL_FROM", default=f"Textrail <textrail@{urlsplit(PUBLIC_URL).hostname}>"
)
ALERT_EMAILS = env.list("ALERT_EMAILS", default=[])
ALERT_QUIET_HOURS = env.int("ALERT_QUIET_HOURS", default=6)

# Webhooks: private hosts that may receive them, also without https (demo and tests only)
WEBHOOK_ALLOWED_PRIVATE_HOSTS = env.list("WEBHOOK_ALLOWED_PRIVATE_HOSTS", default=[])
WEBHOOK_KEEP_DAYS = env.int("WEBHOOK_KEEP_DAYS", default=30)
WEBHOOK_GIVE_UP_DAYS = env.int("WEBHOOK_GIVE_UP_DAYS", default=5)
WEBHOOK_RUNS = env.int("WEBHOOK_RUNS", default=1)

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # Ours is the admin site: config.apps.TextrailAdminConfig
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "config.apps.TextrailAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "import_export",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "simple_history",
    "axes",
    "csp",
    "campaigns",
    "links",
    "tracking",
    "crm_sync",
    "attribution",
    "config",
]

MIDDLEWARE = [
    "config.request_ids.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-us"
USE_I18N = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
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

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# Collected static files are served with hashed names, else straight from the packages.
IS_STATIC_COLLECTED = (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_USE_FINDERS = not IS_STATIC_COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_STATIC_COLLECTED or "collectstatic" in sys.argv
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = VAR_DIR / "media"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 1
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]

# What browsers are told
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_PUBLIC_HTTPS else None
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if IS_PUBLIC_HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SESSION_COOKIE_SECURE = IS_PUBLIC_HTTPS
CSRF_COOKIE_SECURE = IS_PUBLIC_HTTPS
X_FRAME_OPTIONS = "DENY"
# Unfold's Alpine expressions need eval and inline styles; no inline script runs without a nonce.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, UNSAFE_EVAL, NONCE],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "campaigns.api_keys.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["campaigns.api_keys.HasScopeOrPermission"],
    "DEFAULT_PAGINATION_CLASS": "campaigns.pagination.NewestFirstPagination",
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.OrderingFilter",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.api_errors.answer_error",
    "DEFAULT_THROTTLE_CLASSES": ["campaigns.api_keys.CallerThrottle"],
    "DEFAULT_THROTTLE_RATES": {"caller": env.str("API_RATE", default="1200/min")},
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Textrail API",
    "DESCRIPTION": "From text message to revenue.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "ConventionStatusEnum": "campaigns.models.NamingConvention.Status",
        "SendStatusEnum": "campaigns.models.Send.Status",
        "LinkStatusEnum": "links.models.Link.Status",
        "SyncRunStatusEnum": "crm_sync.models.SyncRun.Status",
        "RefundReasonEnum": "crm_sync.models.DealRefund.Reason",
        "TrafficExclusionReasonEnum": "tracking.models.TrafficExclusion.Reason",
    },
}

# Celery: the rows are the truth, the broker is a doorbell (docs/architecture.md)
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "global_keyprefix": "textrail:",
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 2,
    "interval_start": 0,
    "interval_max": 0.5,
}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 30
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TIMEZONE = "UTC"
DJANGO_CELERY_BEAT_TZ_AWARE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "config.request_ids.RequestIdFilter"}},
    "formatters": {"json": {"()": "config.logs.JsonFormatter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # Other subdomains may not be ours to force to https
    "security.W008",  # The proxy in front redirects to https
    "security.W021",  # Preloading is for the domain's owner to decide
]
