"""Fair queues of the threads: each session in turn, so that none delays the others."""

import threading
from typing import Generic, TypeVar

from canvas_server.node.roundrobin import RoundRobin
from canvas_server.store.writing import Job

Q = TypeVar("Q")

MAX_OF_ONE = 32
"""Questions about one session that wait."""


class FairQuestions(Generic[Q]):
    """Questions for one thread: in order for each session, round robin among them."""

    def __init__(self, most: int | None) -> None:
        """Let `most` wait at a time, and `MAX_OF_ONE` of each session; None: any number."""
        self._changed = threading.Condition()
        self._questions: RoundRobin[Q] = RoundRobin()
        self._most = most
        self._closed = False

    def put(self, session_id: str, question: Q) -> bool:
        """Add a question; return whether there is room for it."""
        with self._changed:
            questions = self._questions
            if self._most is not None and (
                len(questions) >= self._most or questions.waiting_of(session_id) >= MAX_OF_ONE
            ):
                return False
            questions.put(session_id, question)
            self._changed.notify()
            return True

    def close(self) -> None:
        """Let `take` say that there is nothing more, once there is not."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def take(self) -> Q | None:
        """Wait for a question and take it; None: it is the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._questions or self._closed)
            return self._questions.take() if self._questions else None


class FairQueue:
    """A queue for one consumer: first in, first out for each session, round robin among them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: RoundRobin[Job] = RoundRobin()
        self._closed = False

    def put(self, job: Job) -> None:
        """Add a job, after those of its session."""
        with self._changed:
            self._jobs.put(job.session_id, job)
            self._changed.notify()

    def close(self) -> None:
        """Let `get` say that there is nothing more, once there is not."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def take(self, most: int, most_bytes: int, timeout: float) -> list[Job] | None:
        """Wait for jobs and take some, up to a bound; at least one, however large it is.

        An empty list: it is the end. None: nothing came in time, which is in seconds.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closed, timeout)
            if not self._jobs:
                return [] if self._closed else None
            batch: list[Job] = []
            size = 0
            while self._jobs and len(batch) < most and size < most_bytes:
                job = self._jobs.take()
                batch.append(job)
                size += job.size
            return batch
