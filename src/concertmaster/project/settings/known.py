"""The keys that the framework reads from the environment, and the releases that read them.

Taken from the settings classes of orchestrator-core, and of oauth2-lib and nwa-stdlib as it brings them.
"""

from __future__ import annotations

import re

from msgspec import Struct

from concertmaster.versions import RELEASES, release

#: Key, the first release that reads it, the first that does not (`-` where all do); `!` marks keys that only
#: a program of the framework knows, so that they tell whose settings these are.
_TABLE = """
AGENT_DEBUG 4.8.1 5.0.0
AGENT_ENABLED 4.5.0 5.0.0
AGENT_MODEL 4.5.0 5.0.0
AGENT_MODEL_VERSION 4.5.0 5.0.0
BASE_URL 4.6.0 -
CACHE_DOMAIN_MODELS 1.0.0 4.0.0 !
CACHE_HMAC_SECRET 1.0.0 5.0.0 !
CACHE_URI 1.1.0 -
CC_NOC 1.0.0 5.1.0 !
CELERY_TARGET_QUEUES 5.3.0 - !
CORS_ALLOW_HEADERS 1.0.0 -
CORS_ALLOW_METHODS 1.0.0 -
CORS_EXPOSE_HEADERS 1.0.0 -
CORS_ORIGINS 1.0.0 -
CUSTOM_TEMPLATES 1.3.4 -
DATABASE_URI 1.0.0 -
DEFAULT_CUSTOMER_FULLNAME 1.2.3 - !
DEFAULT_CUSTOMER_IDENTIFIER 1.2.3 - !
DEFAULT_CUSTOMER_SHORTCODE 1.2.3 - !
DEFAULT_PRODUCT_WORKFLOWS 1.0.0 - !
DISABLE_INSYNC_CHECK 1.0.0 - !
DISTLOCK_BACKEND 1.0.0 - !
EMAIL_TEMPLATE_PATH 1.1.0 2.1.0
EMBEDDING_API_BASE 5.0.0 -
EMBEDDING_API_ENABLED 5.0.0 -
EMBEDDING_API_KEY 5.0.0 -
EMBEDDING_DIMENSION 4.5.0 -
EMBEDDING_ENCODING_FORMAT 5.0.0 -
EMBEDDING_FALLBACK_MAX_TOKENS 4.5.0 -
EMBEDDING_MAX_BATCH_SIZE 4.5.0 -
EMBEDDING_MODEL 4.5.0 -
EMBEDDING_SAFE_MARGIN_PERCENT 4.5.0 - !
ENABLE_DISTLOCK_MANAGER 1.0.0 - !
ENABLE_GRAPHQL_DEPRECATION_CHECKER 2.7.0 - !
ENABLE_GRAPHQL_PROFILING_EXTENSION 2.7.0 - !
ENABLE_GRAPHQL_STATS_EXTENSION 2.7.0 - !
ENABLE_PROMETHEUS_METRICS_ENDPOINT 4.0.0 - !
ENABLE_SUBSCRIPTION_MODEL_OPTIMIZATIONS 3.2.0 4.0.0 !
ENABLE_WEBSOCKETS 1.0.0 - !
ENVIRONMENT 1.0.0 -
ENVIRONMENT_IGNORE_MUTATION_DISABLED 1.0.0 - !
EXECUTOR 1.0.0 -
EXPOSE_OAUTH_SETTINGS 4.1.0 - !
EXPOSE_SETTINGS 4.1.0 - !
FEDERATION_ENABLED 2.1.0 5.0.0
FEDERATION_VERSION 5.0.0 -
FEDEREATION_ENABLED 1.0.2 2.1.0 !
FILTER_BY_MODE 2.10.0 - !
FLOWER_REQUEST_TIMEOUT 5.5.0 - !
FLOWER_URL 5.5.0 -
FOLDER_PREFIX 1.3.3 -
LIFECYCLE_VALIDATION_MODE 4.5.0 - !
LLM_FORCE_EXTENSION_MIGRATION 5.0.0 - !
LLM_FORCE_EXTENTION_MIGRATION 4.5.0 5.0.0 !
LLM_MAX_RETRIES 4.5.0 -
LLM_TIMEOUT 4.5.0 -
LOGGING_HOST 1.0.0 -
LOG_LEVEL 1.0.0 -
MAIL_PORT 1.0.0 -
MAIL_SERVER 1.0.0 -
MAIL_SINGLE_DISPATCH_PATH 1.1.0 2.1.0
MAIL_STARTTLS 1.0.0 -
MAX_WORKERS 1.0.0 -
MCP_ENABLED 5.0.0 -
MUTATIONS_ENABLED 1.0.0 - !
OAUTH2_ACTIVE 1.0.0 -
OAUTH2_AUTHORIZATION_ACTIVE 1.0.0 - !
OAUTH2_RESOURCE_SERVER_ID 1.0.0 - !
OAUTH2_RESOURCE_SERVER_SECRET 1.0.0 - !
OAUTH2_TOKEN_URL 1.0.0 -
OIDC_BASE_URL 2.3.0 -
OIDC_CONF_URL 2.3.0 -
OIDC_CONF_WELL_KNOWN_URL 1.0.0 2.3.0 !
OPA_URL 1.0.0 -
OPENAI_API_KEY 4.5.0 5.0.0
OPENAI_BASE_URL 4.5.0 5.0.0
PRODUCT_BLOCKS_PATH 1.1.0 - !
PRODUCT_REGISTRY_PATH 1.1.0 - !
PRODUCT_TYPES_PATH 1.1.0 - !
REDIS_RETRY_COUNT 3.0.0 -
SEARCH_ENABLED 4.5.0 5.0.0
SEARCH_INDEXING_STRICT 5.4.0 - !
SEARCH_SEMANTIC_CANDIDATE_LIMIT 5.4.0 - !
SERVE_GRAPHQL_UI 1.0.2 - !
SERVICE_NAME 1.0.0 -
SESSION_SECRET 1.0.0 -
SKIP_MODEL_FOR_MIGRATION_DB_DIFF 1.0.0 - !
SLACK_ENGINE_SETTINGS_HOOK_ENABLED 1.0.0 - !
SLACK_ENGINE_SETTINGS_HOOK_URL 1.0.0 - !
SUBSCRIPTION_DESCRIPTION_PATH 1.1.0 - !
TASK_LOG_RETENTION_DAYS 1.3.4 - !
TESTING 1.0.0 -
TEST_PRODUCT_TYPE_PATH 1.1.0 -
TEST_WORKFLOWS_PATH 1.1.0 -
TRACE_HOST 1.0.1 -
TRACING_ENABLED 1.0.0 -
TRANSLATIONS_DIR 1.0.0 -
TRANSLATION_PATH 1.1.0 -
VALIDATE_OUT_OF_SYNC_SUBSCRIPTIONS 2.9.0 - !
WEBSOCKET_BROADCASTER_URL 1.0.0 - !
WORKER_STATUS_INTERVAL 4.8.0 - !
WORKFLOWS_GUI_URI 1.0.0 - !
WORKFLOWS_PATH 1.1.0 -
WORKFLOWS_SWAGGER_HOST 1.0.0 - !
WORKFLOW_USER_GUIDE_DIR 5.5.0 - !
"""


class Life(Struct, frozen=True):
    """The first release that reads a key, the first that does not, and whether only the framework knows it."""

    since: str
    gone: str | None
    own: bool


def _life(line: str) -> tuple[str, Life]:
    key, since, gone, *own = line.split()
    return key, Life(since, None if gone == "-" else gone, bool(own))


KEYS: dict[str, Life] = dict(_life(line) for line in _TABLE.split("\n") if line)
OWN = frozenset(key for key, life in KEYS.items() if life.own)
#: Common names each, but not together.
_PAIR = frozenset(("DATABASE_URI", "CACHE_URI"))

_NAMED = re.compile(
    r"(?<![A-Za-z])orchestrator(?!lib)(?![a-z])"
    r"(?![-_](?:ui|gui|client|frontend|web|agent|docs?|db|database|postgres\w*|redis|cache|mcp|proxy|nginx)\b)",
    re.IGNORECASE,
)
_TESTS = re.compile(r"(?<![\w-])(?:pytest|tox|nox|testenv)(?![\w-])", re.IGNORECASE)
_RUN = re.compile(
    r"main\.py[\"',\s]+(?:db|scheduler|generate|index|embedding|search|run)\b"
    r"|\b(?:uvicorn|gunicorn|hypercorn)\b[^\n]*?\bwsgi:app\b|\bwsgi:app\b|orchestrator-core",
    re.IGNORECASE,
)


def are_own(keys: frozenset[str] | set[str]) -> bool:
    """Whether settings that stand together can only be meant for a program of the framework."""
    return bool(OWN & keys) or keys >= _PAIR


def speaks_of_framework(said: str) -> bool:
    """Whether an image, a command, a path or a name tells that a program is built on the framework."""
    return _RUN.search(said) is not None or _NAMED.search(said) is not None


def runs_tests(said: str) -> bool:
    """Whether a command or a section of configuration is about tests."""
    return _TESTS.search(said) is not None


def before(number: str) -> str:
    """The last release before one that is known."""
    return [each for each in RELEASES if release(each) < release(number)][-1]
