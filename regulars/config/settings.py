"""Settings. Everything a company may want to differ comes from the environment (listed in docs/settings.md).

REGULARS_HOME            folder of all data (default ./var)
REGULARS_DATABASE_URL    postgresql://user:password@host:port/name; SQLite under REGULARS_HOME when absent
REGULARS_SECRET_KEY      signing key; made and kept in REGULARS_HOME/secret-key when absent
REGULARS_HOSTS           host names it answers to, separated by commas (default: this machine only)
REGULARS_TIME_ZONE       the company's zone (default Asia/Taipei)
REGULARS_CURRENCY        the company's currency (default TWD)
REGULARS_COUNTRY         ISO country of numbers in local notation (default TW)
REGULARS_API_REQUESTS_PER_MINUTE        what one API token may ask for (default 60000)
REGULARS_WEBHOOKS_TO_PRIVATE_ADDRESSES  1: webhooks may go to addresses of the company's own network
REGULARS_SMTP_URL        smtp+starttls://user:password@host:587, smtps:// or smtp://: e-mail leaves through it; kept here when absent
REGULARS_IMAP_URL        imaps://user:password@host:993/INBOX: mail is read from there; several separated by commas
REGULARS_LMTP_LISTEN     127.0.0.1:2424 or the path of a socket: the company's mail server hands mail over there
REGULARS_MAIL_FROM       from whom e-mail comes: Name <name@example.com> (needed with REGULARS_SMTP_URL)
REGULARS_PUBLIC_URL      where customers reach it, for the links in messages: https://crm.example.com (default: the first of REGULARS_HOSTS)
REGULARS_HTTPS           1 behind TLS: secure cookies, HSTS
REGULARS_TRUSTED_PROXIES addresses or networks of proxies whose X-Forwarded-For is believed (default: none)
REGULARS_REQUIRE_MFA     roles that must have a second factor, separated by commas (owner,administrator)
REGULARS_OIDC_ISSUER     the company's OpenID Connect provider; with _CLIENT_ID, _CLIENT_SECRET, _NAME, _SCOPES,
                         and _ROLE (the role of people it knows and Regulars does not; empty: they are refused)
REGULARS_DEBUG           1 for developers only
"""

from __future__ import annotations

from email.utils import parseaddr
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from regulars.config import environment

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = environment.home()
SECRET_KEY = environment.secret_key(HOME)
DEBUG = environment.flag("REGULARS_DEBUG")
HTTPS = environment.flag("REGULARS_HTTPS")
ALLOWED_HOSTS = environment.words("REGULARS_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

INSTALLED_APPS = [
    "regulars.config.app.RegularsConfig",
    "regulars.demo",
    "regulars.integrations.exchange",
    "regulars.integrations.imports",
    "regulars.integrations.oidc",
    "regulars.integrations.api",
    "regulars.integrations.webhooks",
    "regulars.reporting",
    "regulars.marketing.campaigns",
    "regulars.marketing.content",
    "regulars.marketing.call_lists",
    "regulars.marketing.fulfilment",
    "regulars.marketing.draws",
    "regulars.marketing.effect",
    "regulars.marketing.segments",
    "regulars.channels.tracking",
    "regulars.channels.email",
    "regulars.channels.inbox",
    "regulars.channels",
    "regulars.commerce",
    "regulars.customers",
    "regulars.catalogue",
    "regulars.staff",
    "regulars.web",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "regulars.web.middleware.SecurityHeaders",
    "regulars.integrations.api.door.Door",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "regulars.web.middleware.Language",
    "regulars.staff.middleware.FirstOwner",
    "regulars.staff.middleware.Sessions",
    "regulars.web.middleware.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "regulars.web.middleware.Toasts",
    "regulars.web.middleware.TooLarge",
    "regulars.web.middleware.SentencesForPeople",
    "regulars.customers.middleware.fields_once",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "regulars.config.urls"
ASGI_APPLICATION = "regulars.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "regulars.web.context.frame",
            ],
        },
    }
]

DATABASES = {"default": environment.database(HOME)}
WAREHOUSE_URL = environment.warehouse()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
BROKER_URL = environment.broker_url()
_TASKS_BACKEND = (
    "regulars.config.distributed.backend.BrokerBackend" if BROKER_URL else "django_tasks_db.DatabaseBackend"
)
TASKS = {"default": {"BACKEND": _TASKS_BACKEND, "QUEUES": []}}

AUTH_USER_MODEL = "staff.User"
LOGIN_URL = "staff:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "staff:sign_in"
LOGOUT_URL = "staff:sign_out"
OWN_ACCESS_URL = "staff:me"
TRUSTED_PROXIES = environment.words("REGULARS_TRUSTED_PROXIES", "")
REQUIRE_MFA = frozenset(environment.words("REGULARS_REQUIRE_MFA", ""))
OIDC = {
    "issuer": environment.text("REGULARS_OIDC_ISSUER", "").rstrip("/"),
    "client_id": environment.text("REGULARS_OIDC_CLIENT_ID", ""),
    "client_secret": environment.text("REGULARS_OIDC_CLIENT_SECRET", ""),
    "name": environment.text("REGULARS_OIDC_NAME", ""),
    "scopes": environment.text("REGULARS_OIDC_SCOPES", "openid profile email"),
    "role": environment.text("REGULARS_OIDC_ROLE", ""),
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "regulars.web.views.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.text("REGULARS_TIME_ZONE", "Asia/Taipei")
CURRENCY = environment.text("REGULARS_CURRENCY", "TWD")
COUNTRY = environment.text("REGULARS_COUNTRY", "TW")
COMPANY_NAME = environment.text("REGULARS_COMPANY", "")
PRODUCT_NAME = _("Regulars")

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or environment.flag("REGULARS_TESTING")
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or environment.flag("REGULARS_TESTING")
MEDIA_ROOT = HOME / "files"
FILE_UPLOAD_TEMP_DIR = str(HOME / "tmp")
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_242_880
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
API_REQUESTS_PER_MINUTE = environment.number("REGULARS_API_REQUESTS_PER_MINUTE", 60_000)
WEBHOOKS_TO_PRIVATE_ADDRESSES = environment.flag("REGULARS_WEBHOOKS_TO_PRIVATE_ADDRESSES")
SMTP_URL = environment.text("REGULARS_SMTP_URL", "")
MAIL_FROM = environment.text("REGULARS_MAIL_FROM", "")
PUBLIC_URL = environment.public_url(ALLOWED_HOSTS, https=HTTPS)
IMAP_URLS = environment.words("REGULARS_IMAP_URL", "")
LMTP_LISTEN = environment.text("REGULARS_LMTP_LISTEN", "")
MAIL_DOMAIN = parseaddr(MAIL_FROM)[1].rpartition("@")[2] or "regulars.invalid"
FILE_UPLOAD_PERMISSIONS = 0o600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"brief": {"()": "regulars.config.logs.BriefRefusals"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["brief"]}},
    "root": {"handlers": ["console"], "level": environment.text("REGULARS_LOG_LEVEL", "WARNING")},
}
