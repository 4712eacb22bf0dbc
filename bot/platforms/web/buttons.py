"""What the buttons under a reply do."""

from enum import StrEnum

from bot import reply as words
from bot.directives import Directive, Verb
from bot.platforms.web.adapter import Adapter
from bot.platforms.web.cast import BOT, DIRECT, Person
from bot.platforms.web.conversation import Kind, Post
from bot.platforms.web.sessions import Session
from bot.reply import Reply, ReplyKind

NOT_YOURS = "Only the person I answered, or a channel manager, can take this down."
NO_MORE = "That is all I have on this one."


class Button(StrEnum):
    """A button under a reply, or the bot's mark on a message."""

    HELPFUL = "helpful"
    NOT_RELEVANT = "not relevant"
    MORE = "more"
    WHY = "why"
    DISMISS = "dismiss"
    MUTE = "mute"
    UNMUTE = "unmute"
    SHARE = "share"
    KEEP = "keep"
    REVEAL = "reveal"
    """The mark: tell the story to whoever presses it."""


def buttons_for(post: Post) -> list[Button]:
    """The buttons that a post has."""
    if post.kind is Kind.NOTICE:
        return [Button.DISMISS]
    if post.reply is None:
        return []
    told = post.reply.kind not in (ReplyKind.NOTHING, ReplyKind.HARM)
    private = post.visible_to is not None and post.channel != DIRECT
    buttons = [Button.SHARE] if private and told else []
    buttons += [Button.KEEP] if private and told else []
    if post.intervention and told:
        buttons += [Button.HELPFUL, Button.NOT_RELEVANT]
        buttons += [Button.MORE] if post.reply.trope else []
    if post.intervention:
        buttons.append(Button.WHY)
    buttons += [Button.MUTE] if post.reply.trope and post.intervention else []
    return [*buttons, Button.DISMISS]


async def press(adapter: Adapter, session: Session, person: Person, post: Post, button: Button) -> None:
    """Somebody presses a button; what it does shows in the conversation."""
    bot = adapter.bot
    match button:
        case Button.HELPFUL | Button.NOT_RELEVANT if post.intervention:
            helpful = button is Button.HELPFUL
            post.note = await bot.on_feedback(post.intervention, person.id, helpful)
            if post.note != words.SORRY:
                post.opinions[person.id] = helpful
        case Button.WHY if post.intervention:
            post.reasons = await bot.why(post.intervention)
        case Button.MORE if post.intervention:
            await _more(adapter, session, person, post)
        case Button.MUTE | Button.UNMUTE if post.reply and post.reply.trope:
            await _mute(adapter, session, person, post, button is Button.MUTE)
        case Button.SHARE if post.reply and post.visible_to == person.id:
            session.conversation.remove(post.id)
            _again(adapter, session, post, post.reply, visible_to=None, shared_by=person.id)
        case Button.KEEP if post.reply and post.visible_to == person.id:
            session.conversation.remove(post.id)
            _again(adapter, session, post, post.reply, channel=DIRECT, thread=None, kept=True)
        case Button.REVEAL if post.reacted:
            await _reveal(adapter, session, person, post)
        case Button.DISMISS:
            await _dismiss(adapter, session, person, post)
    session.conversation.changed()


async def _more(adapter: Adapter, session: Session, person: Person, post: Post) -> None:
    outcome = await adapter.bot.on_more(post.intervention or "", person.id)
    another = outcome.reply
    if another is None:
        post.note = outcome.decision.reason.capitalize() + "."
        return
    root = post.thread or post.id
    shown = [other.reply for other in [post, *session.conversation.thread(root)] if other.reply]
    if another in shown or another.kind is ReplyKind.NOTHING:
        post.note = another.text if another.text == words.SORRY else NO_MORE
        await adapter.bot.failed(outcome)
        return
    post.note = ""
    thread = None if post.channel == DIRECT else root
    told = _again(
        adapter,
        session,
        post,
        another,
        thread=thread,
        intervention=outcome.intervention,
        visible_to=person.id,
        passive=False,
        opinions={},
    )
    await adapter.bot.posted(outcome, told.id)


async def _mute(adapter: Adapter, session: Session, person: Person, post: Post, muting: bool) -> None:
    trope = post.reply.trope if post.reply else None
    directive = Directive(Verb.MUTE if muting else Verb.UNMUTE, trope=trope or "")
    post.note = await adapter.direct(session, person, post.channel, directive)
    if post.note != words.SORRY:
        (post.muted_by.add if muting else post.muted_by.discard)(person.id)


async def _reveal(adapter: Adapter, session: Session, person: Person, post: Post) -> None:
    under = session.conversation.thread(post.thread or post.id)
    if any(o.intervention == post.reacted and o.visible_to in (None, person.id) for o in under):
        return
    told = await adapter.bot.reply_again(post.reacted or "")
    if told is None:
        adapter.notice(session, person, post.channel, words.SORRY, post.thread or post.id)
        return
    _again(
        adapter,
        session,
        post,
        told,
        thread=post.thread or post.id,
        intervention=post.reacted,
        visible_to=person.id,
        passive=True,
    )


async def _dismiss(adapter: Adapter, session: Session, person: Person, post: Post) -> None:
    own = post.visible_to == person.id
    root = session.conversation.get(post.thread or "")
    if not (own or person.manager or (root and root.author == person.id)):
        post.note = NOT_YOURS
        return
    if post.intervention is None or (own and _stands_elsewhere(session, post)):
        session.conversation.remove(post.id)
        return
    if await adapter.bot.on_withdrawn(post.intervention) is None:
        post.note = words.SORRY
        return
    session.conversation.withdraw(post.intervention)


def _stands_elsewhere(session: Session, post: Post) -> bool:
    """Whether a dismissed copy leaves the intervention standing: as a mark, or in another post."""
    return any(
        other is not post and post.intervention in (other.intervention, other.reacted) for other in session.conversation
    )


def _again(adapter: Adapter, session: Session, post: Post, reply: Reply, **changes: object) -> Post:
    """Post a reply anew, like the post it comes from but for the changes."""
    values: dict[str, object] = {
        "channel": post.channel,
        "thread": post.thread,
        "visible_to": post.visible_to,
        "intervention": post.intervention,
        "passive": post.passive,
        "opinions": dict(post.opinions),
        **changes,
    }
    anew = Post(
        session.conversation.next_id(),
        Kind.REPLY,
        author=BOT.id,
        sent_at=adapter.bot.clock(),
        reply=reply,
        **values,  # type: ignore[arg-type]
    )
    return session.conversation.add(anew)
