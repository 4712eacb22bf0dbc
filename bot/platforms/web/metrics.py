"""Counts for Prometheus: replies, and holds by rule. Never a text, never a person."""

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest

from bot.core import Core
from bot.message import Message, Trigger
from bot.policy import Rules
from bot.service import Bot, Clock, Outcome, utc_now
from bot.store import Store

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.replies = Counter("counterpoint_replies", "Replies given", ["trigger", "mode"], registry=self.registry)
        self.holds = Counter("counterpoint_holds", "Messages held back on", ["trigger", "rule"], registry=self.registry)
        self.dropped = Counter(
            "counterpoint_dropped", "Passive replies dropped, for too many waited to be posted", registry=self.registry
        )
        self.seconds = Histogram(
            "counterpoint_seconds",
            "Time from a message to its outcome",
            ["trigger"],
            buckets=SECONDS,
            registry=self.registry,
        )

    def count(self, trigger: Trigger, outcome: Outcome) -> None:
        """Count one outcome."""
        if outcome.reply and outcome.decision.speak:
            self.replies.labels(trigger, outcome.mode).inc()
        else:
            self.holds.labels(trigger, outcome.decision.rule).inc()

    def text(self) -> bytes:
        """All of it, in Prometheus's format."""
        return generate_latest(self.registry)


class CountedBot(Bot):
    """A bot whose outcomes are counted."""

    def __init__(self, metrics: Metrics, core: Core, store: Store, rules: Rules | None = None, clock: Clock = utc_now):
        super().__init__(core, store, rules, clock)
        self._metrics = metrics

    async def on_message(self, message: Message) -> Outcome:
        """As Bot does, counted."""
        with self._metrics.seconds.labels(Trigger.PASSIVE).time():
            outcome = await super().on_message(message)
        self._metrics.count(Trigger.PASSIVE, outcome)
        return outcome

    async def on_mention(self, message: Message, trigger: Trigger = Trigger.MENTION) -> Outcome:
        """As Bot does, counted."""
        with self._metrics.seconds.labels(trigger).time():
            outcome = await super().on_mention(message, trigger)
        self._metrics.count(trigger, outcome)
        return outcome

    async def dropped(self, outcome: Outcome, workspace: str) -> None:
        """As Bot does, counted."""
        self._metrics.dropped.inc()
        await super().dropped(outcome, workspace)
