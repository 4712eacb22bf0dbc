"""What a page is asked with: who asks, of which workspace, over how many weeks."""

from typing import Annotated

from fastapi import Depends, Form, HTTPException, Query, Request

from bot.platforms.console.access import Visitor, is_own_form, visitor

MAX_TEXT = 40_000
"""Characters of a message that the playground takes, as many as Slack does."""
STRANGE_FORM = "That form was not sent from this console, or you were signed in anew since. Go back and load the page."


class NotReady(Exception):
    """There is no bot yet."""


class SignInWanted(Exception):
    """Nobody is signed in."""


def signed_in(request: Request) -> Visitor:
    """Who asks; raises SignInWanted."""
    found = visitor(request.session)
    if found is None:
        raise SignInWanted
    return found


def own_form(request: Request, csrf: Annotated[str, Form(max_length=200)] = "") -> Visitor:
    """Who sends a form; raises SignInWanted, and refuses a form from elsewhere."""
    who = signed_in(request)
    if not is_own_form(request.session, csrf):
        raise HTTPException(403, STRANGE_FORM)
    return who


Asker = Annotated[Visitor, Depends(signed_in)]
Sender = Annotated[Visitor, Depends(own_form)]
WorkspaceId = Annotated[str, Query(max_length=200)]
Weeks = Annotated[int, Query(ge=1, le=104)]
Words = Annotated[str, Query(max_length=300)]
