"""Passwords in lines of a project are not shown, and everything else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertmaster.project.masking import masked

PLAIN = {
    "api_token: str": "settings.py",
    "class Settings:": "settings.py",
    "SECRET_KEY: SecretStr | None = None": "settings.py",
    'token = os.environ["API_TOKEN"]': "settings.py",
    'token = os.getenv("API_TOKEN")': "settings.py",
    'token = environ.get("API_TOKEN")': "settings.py",
    "token = make_token()": "settings.py",
    "password=password": "settings.py",
    "PASSWORD=$DB_PASSWORD": ".env",
    "PASSWORD: ${DB_PASSWORD}": "compose.yaml",
    "password: {{ .Values.password }}": "chart/values.yaml",
    "key: value": "values.yaml",
    "PASSWORD=": ".env",
    "postgresql://db/network": ".env",
    "git+ssh://git@example.org/x": "requirements.txt",
    "http://localhost:8080/docs": "README.md",
    "mail me@example.org": "README.md",
}
SECRET = "hUnt3r2"
SHOWN = {
    f"DATABASE_URI=postgresql://nwa:{SECRET}@db/x": ".env",
    f"DATABASE_URI=postgresql://nwa:{SECRET}@/p@ss@db/x": ".env",
    f'engine = create_engine("postgresql://nwa:{SECRET}@db/x")': "main.py",
    f"--index-url https://me:{SECRET}@example.org/simple": "requirements.txt",
    f"x @ git+https://{SECRET}@example.org/x": "requirements.txt",
    f"SESSION_SECRET={SECRET}": ".env",
    f"export API_KEY='{SECRET}'": "run.sh",
    f"password: {SECRET}": "values.yaml",
    f'"db_password": "{SECRET}"': "values.json",
    f'SESSION_SECRET: str = "{SECRET}"': "settings.py",
    f"api_token: SecretStr = SecretStr('{SECRET}')": "settings.py",
    f'token: SecretStr = Field(default="{SECRET}")': "settings.py",
    f'key = os.environ.get("API_KEY", "{SECRET}")': "settings.py",
    f'connect(user="nwa", password="{SECRET}")': "main.py",
    f'settings = {{"token": "{SECRET}"}}': "main.py",
}


@pytest.mark.parametrize(("line", "path"), PLAIN.items())
def test_what_is_no_secret_is_shown(line: str, path: str) -> None:
    assert masked(line, path) == line


@pytest.mark.parametrize(("line", "path"), SHOWN.items())
def test_a_secret_is_not_shown(line: str, path: str) -> None:
    assert SECRET not in masked(line, path)
    assert "…" in masked(line, path)


def test_the_rest_of_an_address_stays() -> None:
    text = "A=1\nDATABASE_URI=postgresql+psycopg://nwa:pass@db:5432/x?y=1\nB=2"
    assert masked(text, ".env") == "A=1\nDATABASE_URI=postgresql+psycopg://nwa:…@db:5432/x?y=1\nB=2"


@given(st.text(), st.sampled_from(["a.py", "a.env"]))
def test_no_line_comes_or_goes(text: str, path: str) -> None:
    assert masked(text, path).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "text", ["://a:" * 100_000, "KEY" * 100_000, "https://" * 100_000, 'KEY="' * 100_000]
)
def test_a_long_line_takes_no_long_time(text: str) -> None:
    """Each would take hours where time grows with the square of the length."""
    assert len(masked(text, "a.py")) <= len(text)
    assert len(masked(text, "a.env")) <= len(text)
