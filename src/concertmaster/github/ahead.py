"""One question to GitHub that is under way while the program that needs the answer is still being loaded."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Any


class Ahead:
    """An answer that is on its way, known by its address; whoever comes for it waits for it, once."""

    def __init__(self) -> None:
        self._address, self._answer = "", Future[Any]()

    def ask(self, address: str, question: Callable[[], Any]) -> None:
        """Begin. Nothing else may be asked until the answer was taken."""
        self._address, answer = address, Future[Any]()
        self._answer = answer

        def run() -> None:
            try:
                answer.set_result(question())
            except Exception as error:
                answer.set_exception(error)

        Thread(target=run, daemon=True, name="ahead").start()

    def take(self, address: str, question: Callable[[], Any]) -> Any:
        """The answer, or the error, that is on its way; where none is, the question is asked now."""
        if address != self._address:
            return question()
        self._address = ""
        return self._answer.result()
