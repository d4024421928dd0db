"""A small package index on this machine, and every way in which one can go wrong."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from concertmaster.index.names import PACKAGES

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Gives what the server holds under a path; a callable decides itself."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        answer = self.server.answers.get(self.path)
        if answer is None:
            self.send_error(404)
        elif callable(answer):
            answer(self)
        else:
            self.give(answer)

    def do_HEAD(self) -> None:
        """Tells that a file cannot be had in parts."""
        self.send_error(405)

    def give(self, content: bytes, *, status: int = 200, length: int | None = None) -> None:
        self.send_response(status)
        is_list = self.path.startswith("/simple/")
        kind = "application/vnd.pypi.simple.v1+json" if is_list else "application/octet-stream"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Tests read `asked`."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, bytes | Answer] = {}
        self.asked: list[str] = []

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/simple"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is part of the tests."""

    def hold(self, **wheels: bytes) -> None:
        """Wheels by a name such as `orchestrator_core__5_1_0`; distributions without one have an empty list."""
        listed: dict[str, list[dict[str, object]]] = {each: [] for each in PACKAGES}
        for name, content in wheels.items():
            distribution, _, release = name.partition("__")
            filename = f"{distribution}-{release.replace('_', '.')}-py3-none-any.whl"
            self.answers[f"/files/{filename}"] = content
            listed[distribution.replace("_", "-")].append(entry(filename, content))
        for distribution, files in listed.items():
            self.answers[f"/simple/{distribution}/"] = listing(*files)


def entry(filename: str, content: bytes) -> dict[str, object]:
    return {
        "filename": filename,
        "url": f"../../files/{filename}",
        "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
    }


def listing(*files: dict[str, object]) -> bytes:
    return json.dumps({"meta": {"api-version": "1.0"}, "files": files}).encode()


@contextmanager
def serving() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def status(number: int) -> Answer:
    return lambda handler: handler.give(b"no", status=number)


def once(first: Answer, then: bytes) -> Answer:
    """One answer, and from then on another."""
    pending = [first]

    def answer(handler: Handler) -> None:
        if pending:
            pending.pop()(handler)
        else:
            handler.give(then)

    return answer


def hang_up(handler: Handler) -> None:
    handler.close_connection = True
    handler.connection.close()


def cut_off(handler: Handler) -> None:
    handler.give(b'{"files": [', length=5_000)
    hang_up(handler)


def silent(handler: Handler) -> None:
    time.sleep(2)


def dripping(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.02)


def leading_to(address: str) -> Answer:
    def answer(handler: Handler) -> None:
        handler.send_response(302)
        handler.send_header("Location", address)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer
