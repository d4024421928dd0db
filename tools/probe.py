"""A program that is run inside of the image, to see what its workers may do there."""

from __future__ import annotations

#: What a worker may do in the image, of what it should not; and whether the image holds the Python that it says.
PROBE = """
import json, os, platform, socket
from concertmaster.forgetting import keep_secret
from concertmaster.workers import in_workers

def allowed(_):
    acts = {
        "connect": lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
        "execute": lambda: os.execv("/opt/venv/bin/python", ["python", "-V"]),
        "look": lambda: open(f"/proc/{os.getppid()}/mem", "rb").close(),
        "environment": lambda: open(f"/proc/{os.getppid()}/environ", "rb").read(),
        "write": lambda: open("/github/workspace/written", "w").close(),
        "output": lambda: open("/github/file_commands/set_env_00000000", "a").close(),
    }
    found = []
    for name, act in acts.items():
        try:
            act()
        except PermissionError:
            continue
        except OSError as error:
            name = f"{name}: {error}"
        found.append(name)
    return found

keep_secret("a secret that is no secret")
print(json.dumps([
    [*in_workers(allowed, [[0]], jobs=1)],
    json.load(open("/usr/share/concertmaster/system.json"))["python"] == platform.python_version(),
]))
"""
