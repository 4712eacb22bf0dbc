"""The console in the composition root: an app of its own under /console, signed in to and guarded."""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware

from bot.platforms import Condition
from bot.platforms.console.access import SESSION_SECONDS, TokenCheck, session_key
from bot.platforms.console.looks import make_templates
from bot.platforms.console.openid import IsAdmin, SlackSignIn
from bot.platforms.console.pages import pages
from bot.platforms.console.requests import NotReady, SignInWanted
from bot.platforms.console.signing import signing
from bot.platforms.web.guard import FORM_HEADERS, Guard, from_this_site
from bot.service import Bot
from bot.settings import Settings
from bot.store import StoreUnavailable

PATH = "/console"
ASSETS = Path(__file__).parent / "assets"
FAMILY = Path(__file__).parent.parent / "web" / "assets"
COOKIE = "counterpoint_console"
STARTING = "Counterpoint is starting. Load this page again in a moment."
AWAY = "The database cannot be reached. Nothing was lost; load this page again in a moment."
NOT_A_FORM = "What was sent does not fit this page. Go back and try again."


class Console:
    """Pages for admins and curators."""

    name = "Console"

    def __init__(self, settings: Settings, is_admin: IsAdmin | None = None):
        self._settings = settings
        self._templates = make_templates()
        self._bot: Bot | None = None
        token = settings.console_token
        self._check = TokenCheck(token.get_secret_value()) if token else None
        self._slack = SlackSignIn(settings, is_admin) if settings.console_by_slack and is_admin else None

    @property
    def condition(self) -> Condition:
        """Connected once there is a bot."""
        return Condition(self._bot is not None)

    def mount(self, app: FastAPI) -> None:
        """Add the pages at /console."""
        app.mount(PATH, self._app())

    async def start(self, bot: Bot) -> None:
        """The bot is ready."""
        self._bot = bot

    async def stop(self) -> None:
        """Nothing is held."""
        self._bot = None

    def _ready(self) -> Bot:
        if self._bot is None:
            raise NotReady
        return self._bot

    def _app(self) -> FastAPI:
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        app.include_router(signing(self._templates, self._check, self._slack))
        app.include_router(pages(self._templates, self._ready))
        app.mount("/assets", StaticFiles(directory=ASSETS))
        app.mount("/family", StaticFiles(directory=FAMILY))
        app.add_middleware(
            SessionMiddleware,
            secret_key=session_key(self._settings),
            session_cookie=COOKIE,
            max_age=SESSION_SECONDS,
            path=PATH,
            same_site="lax",
            https_only=(self._settings.console_url or "").startswith("https:"),
        )
        app.add_middleware(Guard, paths=("",), allowed=from_this_site, headers=FORM_HEADERS)
        app.add_exception_handler(SignInWanted, _to_sign_in)
        for kind, status, words in (
            (NotReady, 503, STARTING),
            (StoreUnavailable, 503, AWAY),
            (RequestValidationError, 400, NOT_A_FORM),
        ):
            app.add_exception_handler(kind, _Trouble(self._templates, status, words))
        app.add_exception_handler(HTTPException, _Trouble(self._templates))
        return app


class _Trouble:
    """Answers what went wrong with a page that says so."""

    def __init__(self, templates: Jinja2Templates, status: int = 0, words: str = ""):
        self._templates = templates
        self._status = status
        self._words = words

    async def __call__(self, request: Request, error: Exception) -> Response:
        status, words = self._status, self._words
        if isinstance(error, HTTPException):
            status, words = error.status_code, str(error.detail)
        return self._templates.TemplateResponse(request, "trouble.html", {"says": words}, status)


async def _to_sign_in(_: Request, __: Exception) -> Response:
    return RedirectResponse(f"{PATH}/signin", 303)
