"""Shows where a project gives reason for an operation: lines of its files, found by patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from concertmaster.plan.model import Place
from concertmaster.project.files import Project, UnreadableFileError
from concertmaster.project.masking import masked

MAX_PLACES = 3
MAX_TEXT = 120

#: What a project has or does, by a pattern of the lines that show it.
TOPICS: Mapping[str, re.Pattern[bytes]] = {
    "scheduler": re.compile(
        rb"orchestrator(\.core)?\.schedules|@scheduler\b|\bapscheduler\b|main\.py[\"',\s-]+scheduler\b"
        rb"|\bscheduler[\"',\s-]+run\b",
        re.IGNORECASE,
    ),
    "celery": re.compile(
        rb"EXECUTOR['\"]?\s*[=:]\s*['\"]?celery|^\s*(from|import) celery\b|\bCelery\(", re.MULTILINE
    ),
    "workflows": re.compile(rb"^@(?:create|modify|terminate|validate|reconcile)?_?workflow\b", re.MULTILINE),
    "database-uri": re.compile(rb"\bDATABASE_URI\b"),
    "deployment": re.compile(rb"\bdb upgrade\b"),
    "bare-upgrade": re.compile(
        rb"\bdb(?: |[\"'],[ \t]*[\"'])upgrade[\"']?[ \t\r]*(?:$|\]|&&|;|\|)", re.MULTILINE
    ),
    "old-postgres": re.compile(rb"(?:image:\s*['\"]?|FROM\s+)(?:[\w./-]*/)?postgres(?:ql)?:(?:9|1[0-4])\b"),
    "postgres": re.compile(rb"(?:image:\s*['\"]?|FROM\s+)(?:[\w./-]*/)?postgres(?:ql)?:\d+"),
    "views": re.compile(rb"CREATE\s+(?:OR\s+REPLACE\s+)?(?:MATERIALIZED\s+)?VIEW", re.IGNORECASE),
    "engine-settings": re.compile(rb"\brunning_processes\b"),
    "step-times": re.compile(rb"^(?![^\n]*search_?quer)[^\n]*\bexecuted_at\b", re.MULTILINE | re.IGNORECASE),
    "process-workflow": re.compile(rb"processes[^\n]*\bworkflow\b[^_\n]*=", re.IGNORECASE),
    "own-schema": re.compile(rb"search_path|version_table_schema"),
    "entry-point": re.compile(rb"\bmain:app\b"),
    "scheduled-tasks": re.compile(rb"\bscheduledTasks\b"),
    "embeddings": re.compile(rb"\b(?:OPENAI_API_KEY|EMBEDDING_[A-Z_]+|SEARCH_ENABLED|AGENT_ENABLED)\b"),
    "validation-workflow": re.compile(rb"@validate_workflow\b|\bTarget\.SYSTEM\b"),
    "authorization": re.compile(
        rb"register_authorization|GraphqlAuthorization|OPAAuthorization|auto_error\s*=\s*False"
    ),
    "celery-database": re.compile(rb"@\w+\.task\b|@shared_task\b|worker_process_init|task_prerun"),
}
_SUFFIXES = tuple(
    ".py .yaml .yml .toml .cfg .ini .sh .env .sql .md .rst .txt .graphql .json .tpl .mako".split()
)
_NAMES = ("Dockerfile", "Makefile", "Procfile", "justfile", ".env")


class Evidence:
    """The lines of a project by topic, each file read once."""

    def __init__(self, project: Project) -> None:
        self._places: dict[str, list[Place]] = {topic: [] for topic in TOPICS}
        for path in project.paths:
            if is_evidence(path):
                self._read(project, path)

    def of(self, topic: str) -> tuple[Place, ...]:
        """The first few places of a topic, in order of path."""
        return tuple(self._places[topic][:MAX_PLACES])

    def _read(self, project: Project, path: str) -> None:
        try:
            source = project.read(path)
        except UnreadableFileError:
            return
        for topic, pattern in TOPICS.items():
            if len(self._places[topic]) < MAX_PLACES:
                self._places[topic] += _places(path, source, pattern.finditer(source))


def is_evidence(path: str) -> bool:
    """Whether lines of a file of this path may show something."""
    return path.endswith(_SUFFIXES) or path.rpartition("/")[2].startswith(_NAMES)


def _places(path: str, source: bytes, matches: Iterable[re.Match[bytes]]) -> Iterator[Place]:
    for number, match in enumerate(matches):
        if number == MAX_PLACES:
            return
        start = source.rfind(b"\n", 0, match.start()) + 1
        end = source.find(b"\n", match.start())
        line = source[start : end if end >= 0 else len(source)].decode("utf-8", "replace").strip()
        yield Place(path, source.count(b"\n", 0, match.start()) + 1, masked(line, path)[:MAX_TEXT])
