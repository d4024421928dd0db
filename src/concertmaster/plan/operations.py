"""The operations between releases, as the framework's guides, migrations and step lists demand them."""

from __future__ import annotations

from msgspec import Struct

from concertmaster.plan.model import Phase


class Operation(Struct, frozen=True):
    """Due when a project goes over `since`; `topic` is what the project must show, None for every project.

    `shown_by` is what shows best why, where a project has it; else its requirement on the framework does.
    `covered_by` names an operation of the same plan that already does it.
    """

    id: str
    rows: tuple[str, ...]
    since: str
    phase: Phase
    title: str
    text: str
    topic: str | None = None
    shown_by: str | None = None
    covered_by: str | None = None


#: What 4.x to 5.x change in the lists of steps, by the release that does it.
STEP_CHANGES = {
    "2.1.2": "a search index step is new",
    "2.7.5": "the caching steps change places",
    "4.0.0": "the caching steps are gone",
    "4.8.0": "a second search index step is new",
    "5.3.0": "the list of reconcile workflows changes",
    "5.4.0": "both search index steps are gone",
}
DRAIN = (
    "Let every process finish, or abort it: none may be created, running, suspended, waiting, awaiting a callback, "
    "resumed or failed (`SELECT process_id, last_status FROM processes WHERE last_status NOT IN ('completed', "
    "'aborted')`). The framework resumes a process by counting its finished steps, and the lists of steps change: "
)
B, D, A, C = Phase.BEFORE, Phase.DEPLOY, Phase.AFTER, Phase.CHECK

OPERATIONS = (
    Operation(
        "unknown-workflows", ("21-07",), "2.0.3", B, "Clean up processes of forgotten workflows",
        "Revision 048219045729 ties processes to workflows and fails where a process names a workflow that the "
        "table `workflows` does not have: add those rows or delete those processes.",
    ),
    Operation(
        "process-workflow-sql", ("21-07",), "2.0.3", C, "Change queries on `processes.workflow`",
        "The column became `workflow_id`; the name is in the table `workflows`.", "process-workflow",
    ),
    Operation(
        "upgrade-heads", ("210-04",), "2.3.0", D, "Name the revision of `db upgrade`",
        "The command needs an argument since 2.3.0: `db upgrade heads`.", "bare-upgrade",
    ),
    Operation(
        "postgres-14", ("210-03", "32-04"), "3.0.0", B, "Bring PostgreSQL to 15 or newer",
        "Releases 3.x need 14, 4.x and later 15. Dump and restore, or use pg_upgrade, before the framework is deployed.",
        "old-postgres",
    ),
    Operation(
        "celery-3.0", ("30-03",), "3.0.0", B, "Empty the Celery queues for 3.0",
        "Messages of earlier releases are not understood: stop what sends work, let the queues run empty, stop the workers.",
        "celery",
    ),
    Operation(
        "descriptions", ("40-08",), "4.0.0", B, "Give every workflow a description",
        "Revision 68d14db1b8da forbids NULL there: `UPDATE workflows SET description = name WHERE description IS NULL`.",
        shown_by="workflows",
    ),
    Operation(
        "validate-target", ("40-05", "40-06"), "4.0.0", D, "Mark validation workflows and tasks in the database",
        "A new migration that depends on revision 161918133bec sets `target = 'VALIDATE'` and `is_task = TRUE` for the "
        "workflows made by `@validate_workflow`, and `is_task = TRUE` for those with target SYSTEM.",
        "validation-workflow",
    ),
    Operation(
        "step-times", ("42-01",), "4.2.0", C, "Change queries on `process_steps.executed_at`",
        "The column became `completed_at`, and `started_at` came beside it (revision 93fc5834c7e5).", "step-times",
    ),
    Operation(
        "celery-4.3", ("43-02",), "4.3.0", B, "Empty the Celery queues for 4.3",
        "The arguments of its messages change again: stop senders, let the queues run empty, stop the workers.", "celery",
    ),
    Operation(
        "wsgi", ("46-02",), "4.6.0", C, "Start the API from `wsgi:app`",
        "The framework's image runs `wsgi:app` since 4.6; `main.py` is the command line.", "entry-point",
    ),
    Operation(
        "own-schema", ("47-01d",), "4.7.0", C, "Check a database schema of your own",
        "Revision 961eddbd4c13 names the schema `public` literally.", "own-schema",
    ),
    Operation(
        "scheduler-redis", ("47-01d",), "4.7.0", D, "Give the scheduler Redis",
        "Schedules are passed from the API to the scheduler through Redis: its container needs CACHE_URI.", "scheduler",
    ),
    Operation(
        "initial-schedule", ("47-01c", "47-01a"), "4.7.1", A, "Load the initial schedules",
        "Run `python main.py scheduler load-initial-schedule` once. Jobs left over from 4.4 to 4.6 are removed by the "
        "scheduler with `Unable to restore job`, which is no fault.", "scheduler",
    ),
    Operation(
        "long-texts", ("48-03",), "4.8.0", B, "Look for texts that 4.8 would cut",
        "Revision d69e10434a04 limits columns and cuts what is longer: notes 5,000 characters, descriptions 2,000, failure "
        "reasons 10,000, tracebacks 50,000, values 10,000, names 255. Save longer ones first.",
    ),
    Operation(
        "own-views", ("48-03",), "4.8.0", B, "Drop and remake views of your own",
        "Revision d69e10434a04 changes column types and fails where another view depends on them.", "views",
    ),
    Operation(
        "pgvector", ("50-08e", "50-25"), "5.0.0", B, "Bring pgvector to the database",
        "Revision 262744958e0c creates the extensions uuid-ossp, ltree, unaccent, pg_trgm and vector. Use an image with "
        "pgvector of the same major release, such as `pgvector/pgvector:pg17`, or have them installed; the role needs the "
        "right to create them. A managed database may have to allow them first.",
        shown_by="postgres",
    ),
    Operation(
        "engine-settings", ("50-05c",), "5.0.0", C, "Do without `engine_settings.running_processes`",
        "Revision fbc16e410bc6 drops the column: read `/api/settings/status` instead.", "engine-settings",
    ),
    Operation(
        "secrets-stores", ("50-11a", "51-05"), "5.0.0", D, "Change the database URI in secret stores",
        "DATABASE_URI must begin with `postgresql+psycopg://` wherever it is kept: in secret stores and CI variables too, "
        "which cannot be seen from here.",
        shown_by="database-uri",
    ),
    Operation(
        "authorization", ("50-09",), "5.0.0", C, "Check what your authorization returns",
        "False refuses the request since 5.0; return None for no opinion.", "authorization",
    ),
    Operation(
        "idle-transactions", ("50-11d",), "5.0.0", C, "Close transactions of Celery signal handlers and tasks",
        "psycopg 3 begins a transaction with the first query: wrap queries outside of steps in `transactional(db, logger)`.",
        "celery-database",
    ),
    Operation(
        "scheduled-tasks", ("50-02",), "5.0.0", C, "Look at schedules through the command line",
        "The GraphQL query `scheduledTasks` no longer lists jobs of decorators; `scheduler show-schedule` does.",
        "scheduled-tasks",
    ),
    Operation(
        "search-index", ("50-08f", "51-12"), "5.0.0", A, "Build the search index",
        "Run once, after the database is upgraded: `python main.py index subscriptions`, then `products`, `processes` and "
        "`workflows` (from 5.5 on `python main.py index all`). Search finds nothing before.",
        shown_by="workflows",
    ),
    Operation(
        "embeddings", ("50-08b",), "5.0.0", A, "Decide about embeddings",
        "Semantic search is off until `EMBEDDING_API_ENABLED=True`; `embedding resize`, needed for a dimension other than "
        "1,536, deletes all embeddings.", "embeddings",
    ),
    Operation(
        "scheduler-jobs", ("50-01h",), "5.0.1", B, "Save the scheduler's jobs",
        "Stop the scheduler, back up the table `apscheduler_jobs`, run `db upgrade heads` (revision cab8b6a0ac92 renames "
        "functions in stored jobs), compare with `scheduler show-schedule`, start it again.", "scheduler",
    ),
    Operation(
        "callback-validation", ("51-10",), "5.1.1", A, "Load the schedule that validates callbacks",
        "Run `python main.py scheduler load-initial-schedule` again: `task_validate_awaiting_callbacks` is new.", "scheduler",
        covered_by="initial-schedule",
    ),
    Operation(
        "reindex-5.1.3", ("51-12",), "5.1.3", A, "Rebuild the search index for 5.1.3",
        "Revision ca79fd834ba0 moves paths to a table of their own: run the index commands again.",
        covered_by="search-index",
    ),
    Operation(
        "vector-indexes", ("54-09",), "5.4.0", D, "Plan time for vector indexes",
        "Revision 544fd845554d builds one HNSW index per kind of entity: raise `maintenance_work_mem`, and expect it to "
        "take long with many embeddings.", "embeddings",
    ),
    Operation(
        "database-upgrade", ("50-08f",), "1.3.0", D, "Upgrade the database",
        "`python main.py db upgrade heads`, with a backup made before. The framework keeps all its revisions, so one run "
        "goes from any release to the newest.",
        shown_by="deployment",
    ),
)  # fmt: skip
