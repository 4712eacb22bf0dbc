"""The routes by which people sign in and out."""

import time
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from bot.platforms.console.access import TokenCheck, sign_in, visitor
from bot.platforms.console.openid import Refused, SlackSignIn
from bot.platforms.console.requests import Sender

HOME = "/console/"
WRONG = "That is not the token. The operator set it as CONSOLE_TOKEN."
TOO_MANY = "Too many wrong tokens. Wait a minute, then try again."
DECLINED = "Slack did not let you in, or you declined. Please begin again."


def signing(templates: Jinja2Templates, check: TokenCheck | None, slack: SlackSignIn | None) -> APIRouter:
    """/signin with a token, /slack and back by OpenID, /signout; each way only where it is set up."""
    routes = APIRouter()

    def page(request: Request, fault: str = "", status: int = 200) -> Response:
        shown = {"fault": fault, "by_token": check is not None, "by_slack": slack is not None}
        return templates.TemplateResponse(request, "signin.html", shown, status)

    @routes.get("/signin")
    async def ask(request: Request) -> Response:
        return RedirectResponse(HOME, 303) if visitor(request.session) else page(request)

    if check:

        @routes.post("/signin")
        async def by_token(request: Request, token: Annotated[str, Form(max_length=1000)] = "") -> Response:
            now = time.monotonic()
            if check.blocked(now):
                return page(request, TOO_MANY, 429)
            if not check.right(token, now):
                return page(request, WRONG, 403)
            sign_in(request.session, None)
            return RedirectResponse(HOME, 303)

    if slack:

        @routes.get("/slack")
        async def to_slack(request: Request) -> Response:
            return RedirectResponse(slack.begin(request.session), 303)

        @routes.get("/slack/back")
        async def from_slack(
            request: Request,
            code: Annotated[str, Query(max_length=1000)] = "",
            state: Annotated[str, Query(max_length=200)] = "",
        ) -> Response:
            if not code:
                return page(request, DECLINED, 403)
            try:
                workspace = await slack.finish(request.session, code, state)
            except Refused as refusal:
                return page(request, str(refusal), 403)
            sign_in(request.session, workspace)
            return RedirectResponse(HOME, 303)

    @routes.post("/signout")
    async def out(request: Request, _: Sender) -> Response:
        request.session.clear()
        return RedirectResponse(f"{HOME}signin", 303)

    return routes
