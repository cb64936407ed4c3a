"""Every setting of the service, read from the environment (and from a ``.env`` file beside where it starts).

The contract with outside systems fixes ``PORT``, ``DATA_DIR``, ``DATABASE_URL`` and ``API_KEY``; everything else begins with
``VOXTRAIL_``. ``docs/settings.md`` documents each; a test compares the two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.escalation.hours import Hours

ROOT = Path(__file__).resolve().parent.parent
_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"


class Voice(BaseModel):
    """How one language is spoken: ``voice`` is ``piper:NAME_OR_PATH`` or ``espeak:NAME``, ``rate`` times the usual speed,
    ``volume`` in dB over the usual level."""

    voice: str = Field("", pattern=r"^$|^(piper|espeak):.+$")
    rate: float = Field(1.0, ge=0.5, le=2.0)
    volume: float = Field(0.0, ge=-20, le=6)


class MoodLevels(BaseModel):
    """From which frustration (0..1) on the bot changes its way (``first``) and hands over (``second``); 1 switches a level off."""

    first: float = Field(0.5, gt=0, le=1)
    second: float = Field(0.75, gt=0, le=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.second:
            raise ValueError("the first level begins above the second")
        return self


class Settings(BaseSettings):
    """Read once at start; immutable after."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, populate_by_name=True)

    port: int = Field(8000, validation_alias="PORT", ge=1, le=65535, description="TCP port of the service.")
    host: str = Field("127.0.0.1", validation_alias="VOXTRAIL_HOST", description="Address to listen on; 0.0.0.0 for all.")
    data_dir: Path = Field(
        Path("var"), validation_alias="DATA_DIR", description="Where everything that must survive lives: database, models, logs, key."
    )
    database_url: str = Field(
        "", validation_alias="DATABASE_URL", description="postgresql://… of a server; empty: an embedded PostgreSQL under DATA_DIR."
    )
    api_key: SecretStr = Field(
        SecretStr(""), validation_alias="API_KEY", description="Key for the API and the pages; empty: one is made in DATA_DIR/api_key."
    )
    public_url: str = Field(
        "", validation_alias="VOXTRAIL_PUBLIC_URL", description="Address at which the world reaches us; needed for Twilio's signatures."
    )
    log_level: str = Field("INFO", validation_alias="VOXTRAIL_LOG_LEVEL", description="DEBUG, INFO, WARNING or ERROR.")
    demo: bool = Field(True, validation_alias="VOXTRAIL_DEMO", description="Load the demo company into an empty database at start.")
    company: str = Field("Bryza", validation_alias="VOXTRAIL_COMPANY", description="The company's name as people read it.")
    language: str = Field("pl", validation_alias="VOXTRAIL_LANGUAGE", description="Language when a person's is unknown: pl, en or ro.")
    time_zone: str = Field("Europe/Warsaw", validation_alias="VOXTRAIL_TIME_ZONE", description="IANA time zone when a person's is unknown.")

    rasa_python: Path = Field(
        ROOT / ".venv-rasa" / "bin" / "python",
        validation_alias="RASA_PYTHON",
        description="Python of the environment that Rasa is installed in.",
    )
    nlu_replicas: int = Field(1, validation_alias="VOXTRAIL_NLU_REPLICAS", ge=0, le=16, description="Rasa servers to run; 0: none.")
    nlu_deadline: float = Field(
        0.8, validation_alias="VOXTRAIL_NLU_DEADLINE", gt=0, le=5, description="Seconds a message waits for the NLU, at most."
    )

    message_limit: int = Field(4000, validation_alias="VOXTRAIL_MESSAGE_LIMIT", ge=100, description="Longest message, in characters.")
    body_limit: int = Field(65536, validation_alias="VOXTRAIL_BODY_LIMIT", ge=1024, description="Largest request body, in bytes.")
    attachment_limit: int = Field(
        10485760, validation_alias="VOXTRAIL_ATTACHMENT_LIMIT", ge=1024, le=104857600, description="Largest file in a chat, in bytes."
    )
    rate_limit: str = Field(
        "40/second", validation_alias="VOXTRAIL_RATE_LIMIT", description="Requests one address may make without the API key."
    )
    rate_limit_start: str = Field(
        "60/minute",
        validation_alias="VOXTRAIL_RATE_LIMIT_START",
        description="Conversations one address may begin without the API key.",
    )
    rate_limit_attachments: str = Field(
        "30/minute",
        validation_alias="VOXTRAIL_RATE_LIMIT_ATTACHMENTS",
        description="Files one address may send without the API key.",
    )

    widget_origins: str = Field(
        "*",
        validation_alias="VOXTRAIL_WIDGET_ORIGINS",
        description="Sites that may embed the widget, separated by commas; * is any (a conversation opens with its token alone).",
    )
    database_pool: int = Field(16, validation_alias="VOXTRAIL_DATABASE_POOL", ge=2, description="Most database connections held.")
    cost_per_turn: float = Field(
        0.002, validation_alias="VOXTRAIL_COST_PER_TURN", ge=0, description="What one bot turn costs, for the touchpoint's measure."
    )
    cost_per_sms: float = Field(
        0.035, validation_alias="VOXTRAIL_COST_PER_SMS", ge=0, description="What one SMS segment costs, for the touchpoint's measure."
    )
    cost_currency: str = Field("EUR", validation_alias="VOXTRAIL_COST_CURRENCY", description="Currency of the costs (ISO 4217).")

    calls: bool = Field(True, validation_alias="VOXTRAIL_CALLS", description="Whether calls are taken; false loads nothing of speech.")
    calls_most: int = Field(
        8, validation_alias="VOXTRAIL_CALLS_MOST", ge=1, description="Calls at once; more hear that all lines are busy and get an SMS."
    )
    call_limit: float = Field(1800, validation_alias="VOXTRAIL_CALL_LIMIT", gt=0, description="Longest call, in seconds; then goodbye.")
    call_hold: float = Field(
        60,
        validation_alias="VOXTRAIL_CALL_HOLD",
        ge=5,
        description="Seconds a caller waits for a person before they are promised a call back.",
    )
    call_retries: int = Field(
        2, validation_alias="VOXTRAIL_CALL_RETRIES", ge=0, le=5, description="How often somebody who did not answer is called again."
    )
    call_then_text: bool = Field(
        True, validation_alias="VOXTRAIL_CALL_THEN_TEXT", description="Whether an SMS goes to those whom no call has reached."
    )
    transfer_countries: str = Field(
        "PL,RO,GB",
        pattern=r"^[A-Z]{2}(,[A-Z]{2})*$",
        validation_alias="VOXTRAIL_TRANSFER_COUNTRIES",
        description="Countries (ISO 3166) to whose telephone numbers agents may put calls through.",
    )
    machine_detection: bool = Field(
        True, validation_alias="VOXTRAIL_MACHINE_DETECTION", description="Whether Twilio listens for voicemails, which are then hung up on."
    )
    recording: bool = Field(False, validation_alias="VOXTRAIL_RECORDING", description="Record calls, after asking for consent.")
    stt_model: str = Field(
        "base",
        validation_alias="VOXTRAIL_STT_MODEL",
        description="Whisper weights: base (the packaged ones), another size, a hub name, or a folder of CTranslate2 weights.",
    )
    stt_workers: int = Field(
        0, validation_alias="VOXTRAIL_STT_WORKERS", ge=0, description="Transcriptions at once, one thread each; 0: one a processor."
    )
    stt_device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", validation_alias="VOXTRAIL_STT_DEVICE", description="Where Whisper runs: auto takes a GPU when there is one."
    )
    voices_python: Path = Field(
        ROOT / ".venv-voices" / "bin" / "python",
        validation_alias="VOXTRAIL_VOICES_PYTHON",
        description="Python of the environment that Piper and espeak-ng are installed in.",
    )
    voices: dict[str, Voice] = Field(
        default_factory=dict,
        validation_alias="VOXTRAIL_VOICES",
        description='Voice, rate and volume by language, as JSON: {"pl": {"voice": "piper:/voices/pl_PL-gosia-medium.onnx", "rate": 1.1}}.',
    )
    voice_cache: int = Field(
        256, validation_alias="VOXTRAIL_VOICE_CACHE", ge=1, description="Most megabytes of spoken sentences kept under DATA_DIR."
    )

    mood: bool = Field(
        True, validation_alias="VOXTRAIL_MOOD", description="Whether customers' frustration is judged at all, from words and what happens."
    )
    mood_levels: dict[str, MoodLevels] = Field(
        default_factory=dict,
        validation_alias="VOXTRAIL_MOOD_LEVELS",
        description='When the bot changes its way and when it hands over, by flow, as JSON: {"": {"first": 0.5, "second": 0.75}}.',
    )
    mood_model: str = Field(
        "",
        validation_alias="VOXTRAIL_MOOD_MODEL",
        description="A transformers text classification model that judges the words, by folder or name on a hub; empty: the packaged one.",
    )
    tone: bool = Field(
        True, validation_alias="VOXTRAIL_TONE", description="Whether customers' tone of voice counts, too; they are told so at the start."
    )

    desk_hours: str = Field(
        "",
        validation_alias="VOXTRAIL_DESK_HOURS",
        description="When people are at the desk, by the clock of VOXTRAIL_TIME_ZONE: Mon-Fri 08:00-20:00, Sat 09:00-14:00; empty: always.",
    )
    desk_most: int = Field(
        4, validation_alias="VOXTRAIL_DESK_MOST", ge=1, le=50, description="Conversations up to which an agent is offered more."
    )
    routing: str = Field(
        "",
        validation_alias="VOXTRAIL_ROUTING",
        description="A file that says which team and skill a conversation is for; empty: bot/escalation/routing.yml.",
    )
    offer_s: float = Field(
        25, validation_alias="VOXTRAIL_OFFER_S", ge=5, description="Seconds an agent has to take a conversation that is offered to them."
    )
    offer_widen: float = Field(
        60, validation_alias="VOXTRAIL_OFFER_WIDEN", ge=0, description="Seconds of waiting after which the skill no longer counts."
    )
    lost_s: float = Field(
        60,
        validation_alias="VOXTRAIL_LOST_S",
        ge=45,
        description="Seconds after which the conversations of an agent whose desk is gone return to the queue.",
    )
    wrap_up: float = Field(
        20, validation_alias="VOXTRAIL_WRAP_UP", ge=0, description="Seconds without offers after an agent closes a conversation; 0: none."
    )
    wait_offer_s: float = Field(
        120,
        validation_alias="VOXTRAIL_WAIT_OFFER_S",
        ge=0,
        description="Expected seconds of waiting above which a call back, a text or leaving a message is offered instead.",
    )
    service_level_s: float = Field(
        60, validation_alias="VOXTRAIL_SERVICE_LEVEL_S", gt=0, description="Seconds within which a person should answer who is written to."
    )
    service_level_call_s: float = Field(20, validation_alias="VOXTRAIL_SERVICE_LEVEL_CALL_S", gt=0, description="The same for calls.")
    service_level_share: float = Field(
        0.8,
        validation_alias="VOXTRAIL_SERVICE_LEVEL_SHARE",
        gt=0,
        le=1,
        description="Share of an hour's conversations that should be answered within that time; below it an alarm rings.",
    )

    quiet_from: str = Field(
        "20:00", pattern=_CLOCK, validation_alias="VOXTRAIL_QUIET_FROM", description="Local time from which nothing is sent unasked."
    )
    quiet_until: str = Field(
        "09:00", pattern=_CLOCK, validation_alias="VOXTRAIL_QUIET_UNTIL", description="Local time until which nothing is sent unasked."
    )

    invite_hours: int = Field(
        72, validation_alias="VOXTRAIL_INVITE_HOURS", ge=1, le=720, description="Hours for which the link of an invite works."
    )
    oidc_issuer: str = Field(
        "",
        pattern=r"^$|^https://[^\s?#]+$|^http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s?#]*)?$",
        validation_alias="VOXTRAIL_OIDC_ISSUER",
        description="The company's own sign-in (OpenID Connect), as its tokens name it; empty: only passwords.",
    )
    oidc_client_id: str = Field("", validation_alias="VOXTRAIL_OIDC_CLIENT_ID", description="Who we are there.")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), validation_alias="VOXTRAIL_OIDC_CLIENT_SECRET", description="Our secret there; empty: a public client, PKCE alone."
    )
    oidc_name: str = Field(
        "the company account", validation_alias="VOXTRAIL_OIDC_NAME", description="What the button says one signs in with."
    )
    oidc_role_claim: str = Field(
        "",
        validation_alias="VOXTRAIL_OIDC_ROLE_CLAIM",
        description="Claim that names roles, such as realm_access.roles: the highest of agent, supervisor, admin counts at each sign-in.",
    )
    oidc_create: bool = Field(
        False, validation_alias="VOXTRAIL_OIDC_CREATE", description="Whether whoever the company's sign-in knows becomes an agent by that."
    )

    twilio_account_sid: str = Field("", validation_alias="TWILIO_ACCOUNT_SID", description="Twilio account; empty: SMS is off.")
    twilio_auth_token: SecretStr = Field(
        SecretStr(""), validation_alias="TWILIO_AUTH_TOKEN", description="Twilio's token: signs what Twilio sends us."
    )
    twilio_number: str = Field("", validation_alias="TWILIO_NUMBER", description="Our number in E.164, the sender of SMS.")
    twilio_base_url: str = Field(
        "", validation_alias="TWILIO_BASE_URL", description="Another address for Twilio's API (the local stand-in)."
    )
    sms_most_parts: int = Field(6, validation_alias="VOXTRAIL_SMS_MOST_PARTS", ge=1, le=10, description="Most segments of one SMS.")

    @model_validator(mode="after")
    def _known_there(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("VOXTRAIL_OIDC_ISSUER needs VOXTRAIL_OIDC_CLIENT_ID: who we are there")
        return self

    @property
    def base_url(self) -> str:
        """Where people's browsers find us, without a slash at the end: the public address, or else this machine."""
        host = "localhost" if self.host in ("0.0.0.0", "127.0.0.1", "::") else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @model_validator(mode="after")
    def _readable_hours(self) -> Self:
        Hours.parse(self.desk_hours, self.time_zone)
        return self

    @property
    def hours(self) -> Hours:
        """The desk's opening hours."""
        return Hours.parse(self.desk_hours, self.time_zone)

    @property
    def run_dir(self) -> Path:
        """The data directory, absolute."""
        return self.data_dir.expanduser().resolve()
