"""Settings, all from the environment; docs/administrators.md lists each of them."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from solmu.lib.modules import SWITCHABLE

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SOLMU_DATA", ROOT / "var" / "solmu")).resolve()


def _flag(name: str, *, default: bool = False) -> bool:
    value = os.environ.get(name, "").lower()
    if value not in {"", "0", "1", "true", "false", "yes", "no"}:
        raise ValueError(f"{name} must be true or false, not {value!r}")
    return default if not value else value in {"1", "true", "yes"}


def _secret_key() -> str:
    if key := os.environ.get("SECRET_KEY"):
        return key
    # Without one in the environment the installation keeps its own, readable by its user alone.
    path = DATA / "secret_key"
    if not path.exists():
        DATA.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()


def _database() -> dict[str, object]:
    facts = conninfo_to_dict(os.environ.get("DATABASE_URL", "postgresql:///solmu"))
    names = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    database: dict[str, object] = {names[k]: str(v) for k, v in facts.items() if k in names}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **database,
        # Keeping connections doubles the pages a second; the check lets a restarted database pass.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # What is asked a third time is planned for good; see lib.compiled.
        "OPTIONS": {k: v for k, v in facts.items() if k not in names} | {"prepare_threshold": 2},
    }


def _identity_provider(slug: str) -> dict[str, Any]:
    """An OpenID Connect provider as SOLMU_OIDC_<SLUG>_… describes it."""

    def said(name: str, default: str | None = None) -> str:
        variable = f"SOLMU_OIDC_{slug.upper().replace('-', '_')}_{name}"
        value = os.environ.get(variable, default)
        if value is None:
            raise ValueError(f"{variable} is missing: SOLMU_OIDC names the provider {slug}")
        return value

    issuer = said("ISSUER").rstrip("/")
    if not issuer.startswith("https://") and urlsplit(issuer).hostname not in {
        "127.0.0.1",
        "localhost",
    }:
        raise ValueError(f"The issuer of {slug} in SOLMU_OIDC must begin with https://")
    more = {"acr_values": said("ACR", "")} if said("ACR", "") else {}
    return {
        "provider_id": slug,
        "name": said("NAME"),
        "client_id": said("CLIENT_ID"),
        "secret": said("CLIENT_SECRET"),
        "settings": {
            "server_url": issuer,
            "scope": said("SCOPES", "openid profile email").split(),
            "auth_params": more,
            "oauth_pkce_enabled": True,
        },
        "domains": tuple(said("DOMAINS", "").lower().split()),
    }


SECRET_KEY = _secret_key()
DEBUG = _flag("SOLMU_DEBUG")
SOLMU_ADDRESS = os.environ.get("SOLMU_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
SOLMU_HOST = urlsplit(SOLMU_ADDRESS).hostname or "localhost"
SOLMU_HTTPS = SOLMU_ADDRESS.startswith("https://")
# Where browsers reach the live process; the demo's supervisor names its own port.
SOLMU_LIVE_ADDRESS = os.environ.get("SOLMU_LIVE_ADDRESS", "").rstrip("/")
ALLOWED_HOSTS = [SOLMU_HOST, "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SOLMU_ADDRESS]

# Modules that an installation can do without; composition.py says what belongs to each.
SOLMU_MODULES_OFF = frozenset(os.environ.get("SOLMU_MODULES_OFF", "").split())
if unknown := SOLMU_MODULES_OFF - SWITCHABLE:
    raise ValueError(f"SOLMU_MODULES_OFF: no such module: {', '.join(sorted(unknown))}")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "pgtrigger",
    "pghistory",
    "solmu.ui",
    "django.forms",  # after ours, which begin choices with a capital
    "solmu.installation",
    "solmu.accounts",
    "solmu.jobs",
    "solmu.audit",
    "solmu.files",
    "solmu.people",
    "solmu.notifications",
    "solmu.imports",
    "solmu.search",
    "solmu.live",
    "solmu.organisations",
    "solmu.approvals",
    "solmu.goals",
    "solmu.sealing",
    "solmu.ties",
    "solmu.networks",
    "solmu.partnerships",
    "solmu.plans",
    "solmu.costs",
    "solmu.agreements",
    "solmu.training",
    "solmu.training.learning",
    "solmu.training.exam",
    "solmu.training.certificates",
    "solmu.training.coverage",
    "solmu.training.systems",
    "solmu.training.autopilot",
    "solmu.portal",
    # After the rooms, so that their templates come before allauth's.
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "solmu.portal.health.HealthMiddleware",
    "solmu.training.exam.quick.AnswerMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages and API answers; its random padding and the masked CSRF token answer to BREACH.
    "django.middleware.gzip.GZipMiddleware",
    "solmu.lib.problems.ProblemMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "solmu.installation.demo.ClockMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "solmu.people.viewing.ViewerMiddleware",
    "solmu.accounts.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "solmu.ui.errors.FormAddressMiddleware",
]

ROOT_URLCONF = "solmu.urls"
WSGI_APPLICATION = "solmu.wsgi.application"
FORM_RENDERER = "solmu.ui.forms.Renderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "solmu.ui.context.shell",
            ],
        },
    },
]

DATABASES = {"default": _database()}
CACHES = {
    # Tries to sign in and to ask for links are counted here, over all processes.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Each process keeps what it has drawn; the database's own marks say when it is out of date.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "solmu.people.viewing.ViewerBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/home/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Without it all visitors behind a front server would share one address in the rate limits.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("SOLMU_PROXIES", "0"))
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Accounts are made by invitation only, and the invitation's link has proved the address.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_ADAPTER = "solmu.organisations.signing_in.Adapter"
# Beside allauth's own limits: enrolments from one network address, and of one e-mail address.
ACCOUNT_RATE_LIMITS = {"enrol": "60/10m/ip,6/h/key", "workplace": "120/10m/ip"}
ACCOUNT_FORMS = {
    "login": "solmu.accounts.forms.LoginForm",
    "reset_password": "solmu.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "solmu.accounts.forms.ResetPasswordKeyForm",
    "change_password": "solmu.accounts.forms.ChangePasswordForm",
    "set_password": "solmu.accounts.forms.SetPasswordForm",
    "reauthenticate": "solmu.accounts.forms.ReauthenticateForm",
}

# Identity providers that people sign in with, or identify by when they sign a document.
_PROVIDERS = [_identity_provider(slug) for slug in os.environ.get("SOLMU_OIDC", "").split()]
SOLMU_IDENTITY_PROVIDERS: list[dict[str, Any]] = [
    {"slug": one["provider_id"], "name": one["name"], "domains": one.pop("domains")}
    for one in _PROVIDERS
]
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": _PROVIDERS}}
SOCIALACCOUNT_ADAPTER = "solmu.organisations.identified.Adapter"
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False

SESSION_ENGINE = "solmu.accounts.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SOLMU_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SOLMU_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF, *([SOLMU_LIVE_ADDRESS] if SOLMU_LIVE_ADDRESS else [])],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

LANGUAGE_CODE = "fi"
LANGUAGES = [("fi", _("Finnish")), ("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
FORMAT_MODULE_PATH = ["solmu.lib.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Helsinki"
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
# `solmu serve` collects them, compressed, and names the folder here; else they come as they are.
STATIC_ROOT = os.environ.get("SOLMU_STATIC")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "solmu.ui.static_files.CollectedFiles"
        if STATIC_ROOT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not STATIC_ROOT
MEDIA_ROOT = DATA / "files"
# The largest file that is taken in, in bytes.
SOLMU_FILE_LIMIT = int(os.environ.get("SOLMU_FILE_LIMIT_MB", "50")) * 1_000_000
FILE_UPLOAD_HANDLERS = [
    "solmu.files.uploading.LimitHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Hosts of the installation's own network that addresses written in the pages may name.
SOLMU_INNER_HOSTS = frozenset(os.environ.get("SOLMU_INNER_HOSTS", "").split())

MAILERS = {
    "default": {
        "OPTIONS": {
            "host": os.environ.get("SMTP_HOST", "localhost"),
            "port": int(os.environ.get("SMTP_PORT", "25")),
            "username": os.environ.get("SMTP_USER", ""),
            "password": os.environ.get("SMTP_PASSWORD", ""),
            "use_tls": _flag("SMTP_TLS"),
            "timeout": 20,
        },
    },
}
DEFAULT_FROM_EMAIL = os.environ.get("SMTP_FROM", f"Solmu <solmu@{SOLMU_HOST}>")

PGHISTORY_LEVEL = "Statement"

# Outside services, as their makers publish them; tests speak to servers of their own.
GOOGLE_TOKEN = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
GOOGLE_ADMIN = "https://admin.googleapis.com"
GOOGLE_CLASSROOM = "https://classroom.googleapis.com"
GOOGLE_FORMS = "https://forms.googleapis.com"
MICROSOFT_LOGIN = "https://login.microsoftonline.com"
MICROSOFT_GRAPH = "https://graph.microsoft.com"
COMPANY_REGISTER = "https://avoindata.prh.fi/opendata-ytj-api/v3"
# The company register is asked only where the installation says so: a demo asks nobody outside.
SOLMU_COMPANY_REGISTER = _flag("SOLMU_COMPANY_REGISTER")
# The folder below which files are exchanged with student management systems.
SOLMU_EXCHANGE = os.environ.get("SOLMU_EXCHANGE", "")

# Where jobs are declared: the worker imports these, and not all that answers requests.
PROCRASTINATE_IMPORT_PATHS = [
    "solmu.agreements.binding.joining",
    "solmu.agreements.living.ahead",
    "solmu.agreements.living.bulking",
    "solmu.agreements.living.running",
    "solmu.agreements.signing.reminding",
    "solmu.agreements.signing.signing",
    "solmu.approvals.asking",
    "solmu.live.events",
    "solmu.networks.archive",
    "solmu.networks.guests",
    "solmu.networks.reminding",
    "solmu.notifications.outbox",
    "solmu.organisations.own_address",
    "solmu.organisations.signing_in",
    "solmu.partnerships.importing.batches",
    "solmu.partnerships.importing.undoing",
    "solmu.people.forgetting",
    "solmu.sealing.lasting",
    "solmu.sealing.sealing",
    "solmu.training.autopilot.running",
    "solmu.training.cohorts",
    "solmu.training.enrolling",
    "solmu.training.placing",
    "solmu.training.systems.exchanging",
    "solmu.training.systems.working",
]

# The address is unique whatever its case, by a constraint that this check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "solmu.lib.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {"procrastinate": {"level": "WARNING"}, "httpx": {"level": "WARNING"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("SOLMU_LOG_LEVEL", "INFO")},
}
