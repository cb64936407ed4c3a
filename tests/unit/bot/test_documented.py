"""Every setting and every metric is documented, and nothing is that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot import metrics
from bot.settings import Settings

DOCS = Path(__file__).parents[3] / "docs"


def rows(page: str) -> dict[str, str]:
    """The tables of a page: the name in the first column, and the whole row."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    return {match[1]: line for line in lines if (match := re.match(r"\| `([A-Za-z_]+)` \|", line))}


def test_every_setting_is_documented_and_no_other() -> None:
    assert set(rows("settings.md")) == {str(field.validation_alias) for field in Settings.model_fields.values()}


def test_the_documented_defaults_are_the_real_ones() -> None:
    documented = rows("settings.md")
    for name, field in Settings.model_fields.items():
        if name in ("rasa_python", "voices_python", "api_key", "twilio_auth_token", "oidc_client_secret"):
            continue
        default = field.get_default(call_default_factory=True)
        shown = documented[str(field.validation_alias)].split("|")[2].strip().strip("`")
        assert shown == (str(default).lower() if isinstance(default, bool) else str(default)), name


def test_every_metric_is_documented_and_no_other() -> None:
    names = {metric._name + ("_total" if metric._type == "counter" else "") for metric in metrics.ALL}
    assert set(rows("metrics.md")) == names


def test_the_documented_labels_are_the_real_ones() -> None:
    for name, line in rows("metrics.md").items():
        metric = next(m for m in metrics.ALL if name in (m._name, f"{m._name}_total"))
        assert re.findall(r"`([a-z_]+)`", line.split("|")[3]) == list(metric._labelnames), name


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "0"), ("PORT", "many"), ("VOXTRAIL_NLU_REPLICAS", "-1"), ("VOXTRAIL_MESSAGE_LIMIT", "1")]
)
def test_nonsense_settings_are_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings(_env_file=None)


def test_settings_come_from_the_environment_and_never_show_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "very-secret")
    monkeypatch.setenv("PORT", "8123")
    settings = Settings(_env_file=None)
    assert (settings.port, settings.api_key.get_secret_value()) == (8123, "very-secret")
    assert "very-secret" not in repr(settings)
