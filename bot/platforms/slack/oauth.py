"""Slack for many workspaces: each installs the app by OAuth, and its token is looked up at each event."""

from typing import cast

from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization.async_authorize import AsyncInstallationStoreAuthorize
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.platforms.slack.installations import EncryptedInstallationStore
from bot.platforms.slack.manifest import OPTIONAL_SCOPES, SCOPES
from bot.settings import Settings

STATE_SECONDS = 600
"""How long somebody may take over Slack's page of consent."""
NOT_INSTALLED = "I cannot answer here at the moment. If this lasts, ask an admin to install me again."


def installations(settings: Settings, engine: AsyncEngine) -> EncryptedInstallationStore:
    """Where workspaces' tokens are; `settings` has the key, which its own check has seen to."""
    return EncryptedInstallationStore(
        cast(str, settings.slack_client_id), engine, _plain(settings.slack_token_key).encode()
    )


def app_for_many(
    settings: Settings, client: AsyncWebClient, engine: AsyncEngine, store: EncryptedInstallationStore
) -> AsyncApp:
    """The app; `settings` has everything that OAuth needs, which its own check has seen to.

    A token is tried by auth.test once, and known from then on; whether its installation still stands is looked up in
    the database at each event, so an uninstallation holds at once in every process.
    """
    oauth = AsyncOAuthSettings(
        client_id=settings.slack_client_id,
        client_secret=_plain(settings.slack_client_secret),
        scopes=[*SCOPES, *OPTIONAL_SCOPES],
        install_path="/slack/install",
        redirect_uri_path="/slack/oauth_redirect",
        installation_store=store,
        installation_store_bot_only=True,
        state_store=AsyncSQLAlchemyOAuthStateStore(STATE_SECONDS, engine),
        state_expiration_seconds=STATE_SECONDS,
    )
    # The one that the settings make for themselves asks auth.test at each event.
    oauth.authorize = AsyncInstallationStoreAuthorize(
        logger=store.logger, installation_store=store, bot_only=True, cache_enabled=True
    )
    return AsyncApp(
        client=client,
        signing_secret=_plain(settings.slack_signing_secret),
        oauth_settings=oauth,
        user_facing_authorize_error_message=NOT_INSTALLED,
    )


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
