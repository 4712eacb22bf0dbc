"""What was called, what was sent, and how it was answered."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class Call:
    """One call of the Web API, or one use of a response_url under the name `response_url`."""

    method: str
    arguments: Json
    token: str | None
    at: float
    """Seconds on the loop's clock."""
    error: str | None = None
    """What it was refused with."""
    answer: Json = field(default_factory=dict)


@dataclass
class Delivery:
    """One thing that was sent to the app."""

    kind: str
    """`events_api`, `slash_commands` or `interactive`."""
    payload: Json
    accepts_response: bool
    attempt: int = 0
    reason: str | None = None


@dataclass(frozen=True)
class Ack:
    """How the app acknowledged a delivery."""

    delivery: Delivery
    seconds: float
    payload: Json | None = None
    """What came with the acknowledgement."""
    status: int = 200
    body: str = ""
    headers: Json = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether Slack would be content."""
        return 200 <= self.status < 300


class NotAcknowledged(TimeoutError):
    """The app did not acknowledge in time; `delivery` may be sent again."""

    def __init__(self, delivery: Delivery, why: str):
        super().__init__(f"{delivery.kind} was not acknowledged: {why}")
        self.delivery = delivery
        self.why = why


class Refusal(Exception):
    """Slack says no, with a code."""

    def __init__(self, error: str, *messages: str, status: int = 200, **more: Any):
        super().__init__(error)
        self.error = error
        self.status = status
        self.answer: Json = {"ok": False, "error": error, **more}
        if messages:
            self.answer["errors"] = list(messages)
            self.answer["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in messages]}
