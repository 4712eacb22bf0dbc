"""The chat that the demo page stands in for: posts in channels, in this process's memory alone."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from bot.reply import Reply
from bot.service import Outcome

MAX_POSTS = 300


class Kind(StrEnum):
    """What sort of post it is."""

    MESSAGE = "message"
    """Somebody's words."""
    REPLY = "reply"
    """The bot's."""
    NOTICE = "notice"
    """What a platform shows one person after a command."""


@dataclass(slots=True)
class Post:
    """One entry of the conversation."""

    id: str
    kind: Kind
    channel: str
    author: str
    sent_at: dt.datetime
    text: str = ""
    thread: str | None = None
    """The post that began the thread, where it is in one."""
    visible_to: str | None = None
    """The one person who sees it, or None for everybody."""
    outcome: Outcome | None = None
    """What the bot did about a message."""
    reply: Reply | None = None
    intervention: str | None = None
    passive: bool = False
    reacted: str | None = None
    """The intervention behind the bot's mark on a message, whose story is told on request."""
    shared_by: str | None = None
    kept: bool = False
    deleted: bool = False
    opinions: dict[str, bool] = field(default_factory=dict)
    """Who found it helpful, and who not relevant."""
    muted_by: set[str] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)
    note: str = ""
    """The bot's answer to the last button pressed."""


class Conversation:
    """Every channel's posts, oldest first; the oldest go when there are too many."""

    def __init__(self, before: "Conversation | None" = None) -> None:
        self._posts: dict[str, Post] = {}
        self._count: int = before._count if before else 0
        self.version: int = before.version + 1 if before else 0
        """Rises with every change, so that another tab can tell whether to look."""

    def __iter__(self) -> Iterator[Post]:
        return iter(self._posts.values())

    def __len__(self) -> int:
        return len(self._posts)

    def next_id(self) -> str:
        """An id that no post or command of this conversation has had."""
        self._count += 1
        return f"p{self._count}"

    def add(self, post: Post) -> Post:
        """Put a post at the end."""
        self._posts[post.id] = post
        while len(self._posts) > MAX_POSTS:
            self.remove(next(iter(self._posts)))
        self.changed()
        return post

    def get(self, post_id: str) -> Post | None:
        """A post, where it is still there."""
        return self._posts.get(post_id)

    def thread(self, root: str) -> list[Post]:
        """What stands under a post."""
        return [post for post in self if post.thread == root]

    def remove(self, post_id: str) -> None:
        """Take a post away, and what stands under it."""
        self._posts.pop(post_id, None)
        for under in self.thread(post_id):
            self._posts.pop(under.id, None)
        self.changed()

    def delete(self, post_id: str) -> None:
        """Somebody deletes a message: it goes, or leaves a gap where others have answered it."""
        post = self._posts.get(post_id)
        if post and any(under.kind is Kind.MESSAGE for under in self.thread(post_id)):
            post.deleted, post.text, post.outcome, post.reacted = True, "", None, None
            self.changed()
        else:
            self.remove(post_id)

    def withdraw(self, intervention: str) -> None:
        """Take down everything that an intervention posted."""
        for post in [post for post in self if post.intervention == intervention]:
            self._posts.pop(post.id, None)
        for post in self:
            if post.reacted == intervention:
                post.reacted = None
        self.changed()

    def changed(self) -> None:
        """Something is different from what was shown."""
        self.version += 1
