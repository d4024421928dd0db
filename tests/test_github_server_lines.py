"""Where lines go between commits, and what replacing them leaves alone, for files of every shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.github_server.apply import Replacement, replaced
from tests.github_server.diff import by_path, diff, moved

if TYPE_CHECKING:
    from tests.github_server import GitHub

# What becomes of each of up to twelve different lines: kept, dropped, or kept with a new line behind it.
FATES = st.lists(st.sampled_from(["kept", "dropped", "followed"]), min_size=1, max_size=12)
ENDINGS = st.sampled_from([b"\n", b"\r\n"])


def rewritten(fates: list[str]) -> tuple[str, str, dict[int, int]]:
    """A file, the file after its lines met their fates, and where each kept line is then."""
    old = [f"line {number}\n" for number in range(1, len(fates) + 1)]
    new, places = [], {}
    for number, (line, fate) in enumerate(zip(old, fates, strict=True), start=1):
        if fate != "dropped":
            new.append(line)
            places[number] = len(new)
        if fate == "followed":
            new.append(f"behind {number}\n")
    return "".join(old), "".join(new), places


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates=FATES)
def test_lines_are_found_where_they_went(github: GitHub, fates: list[str]) -> None:
    before, after, places = rewritten(fates)
    name = f"octo-org/network-{len(github.hub.repositories)}"
    remote = github.create_repository(name, {"a.py": before, "other.py": "x\n"})
    old = remote.sha()
    new = remote.push("main", {"a.py": after or None})
    for number in range(1, len(fates) + 1):
        found = moved(remote.git, old, new, "a.py", range(number, number + 1))
        assert (found and number + found[1]) == places.get(number)
    remote.git.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates=FATES)
def test_a_patch_holds_every_change_at_its_number(github: GitHub, fates: list[str]) -> None:
    before, after, places = rewritten(fates)
    name = f"octo-org/network-{len(github.hub.repositories)}"
    remote = github.create_repository(name, {"a.py": before, "other.py": "x\n"})
    old = remote.sha()
    new = remote.push("main", {"a.py": after or None})
    file = by_path(diff(remote.git, old, new), "a.py")
    remote.git.close()
    lines = [line for hunk in file.hunks for line in hunk.lines] if file else []
    was, now = before.encode().split(b"\n"), after.encode().split(b"\n")
    assert {line.old for line in lines if line.kind == "-"} == set(range(1, len(was))) - set(places)
    assert {line.new for line in lines if line.kind == "+"} == set(range(1, len(now))) - set(places.values())
    assert all(was[line.old - 1] == line.text for line in lines if line.old)
    assert all(now[line.new - 1] == line.text for line in lines if line.new)


@given(ending=ENDINGS, count=st.integers(1, 8), ended=st.booleans(), data=st.data())
def test_a_replacement_leaves_all_other_lines_as_they_are(
    ending: bytes, count: int, ended: bool, data: st.DataObject
) -> None:
    lines = [b"line %d" % number + ending for number in range(1, count + 1)]
    if not ended:
        lines[-1] = lines[-1].removesuffix(ending)
    first = data.draw(st.integers(1, count))
    last = data.draw(st.integers(first, count))
    text = tuple(data.draw(st.lists(st.sampled_from([b"", b"new", b"\ttext "]), max_size=3)))
    after = replaced(b"".join(lines), [Replacement("a.py", first, last, text)])
    head, tail = b"".join(lines[: first - 1]), b"".join(lines[last:])
    assert after.startswith(head)
    assert after.endswith(tail)
    middle = after[len(head) : len(after) - len(tail)]
    stays_open = not ended and last == count and text
    used = ending if count > 1 or ended else b"\n"
    assert middle == used.join(text) + (b"" if stays_open or not text else used)
