"""Payloads of events as a runner hands them over, changed in some places."""

from __future__ import annotations

import copy
import json
import re
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from msgspec.structs import asdict

from concertmaster.github.event import read_event
from concertmaster.messages import UserError
from tools.fuzzing import Kind

SHA = re.compile(r"[0-9a-f]{40}")
REPOSITORY = {
    "name": "network",
    "owner": {"login": "octo-org", "type": "Organization"},
    "full_name": "octo-org/network",
}
SIDES = {
    side: {"ref": ref, "sha": sha * 40, "repo": REPOSITORY}
    for side, ref, sha in (("head", "feature", "a"), ("base", "main", "b"))
}
PERSON = {"login": "octocat", "type": "User", "id": 1}
PULL = {"number": 7, "draft": False, "user": PERSON, "merged": False, **SIDES}
COMMENT = {"id": 1, "body": "/concertmaster fix", "user": PERSON, "author_association": "NONE"}
RUN = {
    "event": "pull_request",
    "head_sha": "a" * 40,
    "head_branch": "feature",
    "head_repository": REPOSITORY,
    "conclusion": "success",
}
GROUP = {
    "head_sha": "a" * 40,
    "base_sha": "b" * 40,
    "head_ref": "refs/heads/gh-readonly-queue/main/pr-7",
    "base_ref": "refs/heads/main",
}
EVENTS: dict[str, dict[str, Any]] = {
    "pull_request": {"action": "opened", "pull_request": PULL, "repository": REPOSITORY},
    "pull_request_target": {"action": "closed", "pull_request": PULL, "repository": REPOSITORY},
    "issue_comment": {
        "action": "created",
        "comment": COMMENT,
        "issue": {"number": 7, "pull_request": {}},
        "repository": REPOSITORY,
        "sender": PERSON,
    },
    "pull_request_review_comment": {
        "action": "created",
        "comment": COMMENT,
        "pull_request": PULL,
        "repository": REPOSITORY,
        "sender": PERSON,
    },
    "workflow_run": {"action": "completed", "workflow_run": RUN, "repository": REPOSITORY},
    "merge_group": {"action": "checks_requested", "merge_group": GROUP, "repository": REPOSITORY},
}
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1 << 70, 1.5, "", "..", "a/../b", "a\n::error::b", "a b", "\u202e", "\0", "é", "a" * 300, [], {},
    [[]], {"login": "../user"}, "refs/heads/main", "https://example.org", "@{u}", "-x", "main.lock", "a?b=1", "%2e%2e",
    "A" * 40, "a" * 39, "deadbeef" * 5, 7,
)  # fmt: skip


def make(random: Random) -> bytes:
    name = random.choice(list(EVENTS))
    payload = copy.deepcopy(EVENTS[name])
    for _ in range(random.randint(0, 3)):
        _change(payload, random)
    text = json.dumps(payload)
    if random.randrange(10) == 0:
        place = random.randint(0, len(text))
        text = text[:place] + random.choice(("{", "\\ud800", '"', "[" * 2_000, "NaN", "")) + text[place + 1 :]
    return json.dumps({"name": name, "text": text}).encode()


def _change(payload: dict[str, Any], random: Random) -> None:
    """Something else, or nothing, in one place at any depth."""
    place: Any = payload
    while True:
        key = random.choice(list(place))
        if not isinstance(place[key], dict) or not place[key] or random.randrange(4) == 0:
            break
        place = place[key]
    if random.randrange(5) == 0 and len(place) > 1:
        del place[key]
    else:
        place[key] = copy.deepcopy(random.choice(ODD))


def hold(source: bytes) -> None:
    """It is understood, passed over or refused with one message; what is understood can lead nowhere else."""
    case = json.loads(source)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "event.json"
        path.write_text(case["text"], encoding="utf-8", errors="surrogatepass")
        refused: UserError | None = None
        try:
            found = read_event({"GITHUB_EVENT_NAME": case["name"], "GITHUB_EVENT_PATH": str(path)})
        except UserError as error:
            refused = error
    if refused is not None:
        assert refused.what
        assert refused.remedy
        return
    for name, value in asdict(found).items():
        if name.endswith("_sha") and value is not None:
            assert SHA.fullmatch(value), (name, value)
        if name in ("owner", "name", "head_repository") and value is not None:
            assert not re.search(r"\.\.|[^\w./-]", value, re.ASCII), (name, value)
        if name.endswith("_ref") and value is not None:
            assert not re.search(r"[\x00-\x20~^:?*\[\\]|\.\.", value), (name, value)


KIND = Kind("event", ".json", make, hold, lines=False)
