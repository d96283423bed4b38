import pytest
from django.core.exceptions import ImproperlyConfigured

from regulars.config import environment


@pytest.mark.parametrize(
    ("value", "meant"), [("1", True), ("yes", True), ("ON", True), ("0", False), ("", False), ("no", False)]
)
def test_flag_reads_words(monkeypatch, value, meant):
    monkeypatch.setenv("REGULARS_X", value)
    assert environment.flag("REGULARS_X") is meant


def test_flag_names_the_variable_that_is_wrong(monkeypatch):
    monkeypatch.setenv("REGULARS_X", "maybe")
    with pytest.raises(ImproperlyConfigured, match="REGULARS_X"):
        environment.flag("REGULARS_X")


def test_secret_key_is_made_once_and_private(tmp_path, monkeypatch):
    monkeypatch.delenv("REGULARS_SECRET_KEY", raising=False)
    key = environment.secret_key(tmp_path)
    assert len(key) >= 48
    assert environment.secret_key(tmp_path) == key
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_database_url_is_understood(monkeypatch, tmp_path):
    monkeypatch.setenv("REGULARS_DATABASE_URL", "postgresql://me:p%40ss@db.example:5433/crm")
    found = environment.database(tmp_path)
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "me",
        "p@ss",
        "db.example",
        "5433",
        "crm",
    )
    monkeypatch.setenv("REGULARS_DATABASE_URL", "mysql://x")
    with pytest.raises(ImproperlyConfigured, match="postgresql://"):
        environment.database(tmp_path)
