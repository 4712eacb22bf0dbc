"""What a process counts, for Prometheus. No label is an id, and each has few values: never a text, never a person."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from bot import __version__
from bot.core import Core
from bot.message import Message, Trigger
from bot.platforms import Condition
from bot.policy import Rules
from bot.service import Bot, Clock, Outcome, utc_now
from bot.stages import Stage, Watch, current_event
from bot.store import Store

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
STAGE_SECONDS = (0.0001, 0.0005, 0.001, 0.005, *SECONDS)
MATCHER = "matcher"


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.events = self._counter("events", "Events of a platform worked on", "platform")
        self.messages = self._counter("messages", "Messages judged or answered", "platform", "trigger", "outcome")
        self.replies = self._counter("replies", "Replies given", "trigger", "mode")
        self.holds = self._counter("holds", "Messages held back on", "trigger", "rule")
        self.posts = self._counter("posts", "Replies that the platform took, or not", "platform", "result")
        self.dropped = self._counter("dropped", "Passive replies dropped, for too many waited to be posted")
        self.errors = self._counter("errors", "Warnings and errors in the log", "place", "level")
        self.seconds = self._histogram("seconds", "Time from a message to its outcome", "trigger", SECONDS)
        self.stages = self._histogram("stage_seconds", "Time of a stage of the work", "stage", STAGE_SECONDS)
        self.waiting = self._gauge("waiting", "What waits in a queue", "queue")
        self.reconnects = self._counter("reconnects", "Connections opened anew", "platform")
        self._reconnects: dict[str, int] = {}
        self.ready = self._gauge("ready", "Whether a part is ready: 1, or 0", "part")
        self.knowledge = self._gauge("knowledge_entries", "Entries of the knowledge base", "kind")
        self.info = self._gauge("info", "What runs here; always 1", "version", "model", "knowledge")

    def count(self, trigger: Trigger, outcome: Outcome) -> None:
        """Count one outcome."""
        spoken = outcome.reply is not None and outcome.decision.speak
        if spoken:
            self.replies.labels(trigger, outcome.mode).inc()
        else:
            self.holds.labels(trigger, outcome.decision.rule).inc()
        self.messages.labels(current_event().platform, trigger, "reply" if spoken else "hold").inc()

    def complaint(self, place: str, level: str) -> None:
        """A line of the log that is a warning or worse."""
        self.errors.labels(place, level).inc()

    @contextmanager
    def watch(self, stage: Stage) -> Iterator[None]:
        """Time a stage."""
        if stage is Stage.EVENT:
            self.events.labels(current_event().platform).inc()
        with self.stages.labels(stage).time():
            yield

    def describe(self, core: Core) -> None:
        """What was loaded."""
        base = core.base
        self.info.labels(__version__, core.library.model, base.fingerprint[:12]).set(1)
        for kind, entries in (("trope", base.tropes), ("story", base.stories)):
            self.knowledge.labels(kind).set(len(entries))

    def look(self, ready: dict[str, bool], conditions: dict[str, Condition], bot: Bot | None) -> None:
        """How things are at this moment: the parts, the platforms, and the queue of the matcher."""
        for part, is_ready in ready.items():
            self.ready.labels(part).set(is_ready)
        self.waiting.labels(MATCHER).set(bot.waiting if bot else 0)
        for name, condition in conditions.items():
            self.waiting.labels(name).set(condition.waiting)
            self.reconnects.labels(name).inc(condition.reconnects - self._reconnects.get(name, 0))
            self._reconnects[name] = condition.reconnects

    def text(self) -> bytes:
        """All of it, in Prometheus's format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"counterpoint_{name}", what, labels, registry=self.registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"counterpoint_{name}", what, labels, registry=self.registry)

    def _histogram(self, name: str, what: str, label: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"counterpoint_{name}", what, [label], buckets=buckets, registry=self.registry)


class CountedBot(Bot):
    """A bot whose outcomes are counted, and whose stages are watched."""

    def __init__(
        self,
        metrics: Metrics,
        core: Core,
        store: Store,
        rules: Rules | None = None,
        clock: Clock = utc_now,
        watch: Watch | None = None,
    ):
        super().__init__(core, store, rules, clock)
        self._metrics = metrics
        self.watch = watch or metrics.watch
        store.watched_by(self.watch)

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

    async def posted(self, outcome: Outcome, posted_id: str) -> None:
        """As Bot does, counted."""
        self._metrics.posts.labels(current_event().platform, "posted").inc()
        await super().posted(outcome, posted_id)

    async def failed(self, outcome: Outcome) -> None:
        """As Bot does, counted."""
        self._metrics.posts.labels(current_event().platform, "failed").inc()
        await super().failed(outcome)

    async def dropped(self, outcome: Outcome, workspace: str) -> None:
        """As Bot does, counted; it counts as failed too."""
        self._metrics.dropped.inc()
        await super().dropped(outcome, workspace)
