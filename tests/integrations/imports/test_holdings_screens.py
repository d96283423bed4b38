"""Assets and contracts through the wizard, in both languages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.customers.actions import create_party
from regulars.customers.models import Asset
from regulars.integrations.imports import actions
from regulars.integrations.imports.models import ImportJob

from .test_holdings import ASSETS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Serial number", "Nobody new is made")), ("zh-hant", ("序號", "不會新增客戶", "客戶設備"))],
)
def test_wizard_maps_assets_and_shows_what_became_of_them(
    client: Client, make_user: Callable[..., Any], language: str, words: tuple[str, ...]
) -> None:
    owner = make_user(language=language)
    client.force_login(owner)
    create_party(by=None, kind="organisation", name="春田商行有限公司", identifiers=[("import", "C-1")])
    file = SimpleUploadedFile("assets.csv", ASSETS.encode(), "text/csv")
    made = actions.receive(file=file, name="assets.csv", by=owner)
    page = client.get(f"/imports/{made.pk}/", headers={"accept-language": language}).content.decode()
    assert all(word in page for word in words)
    job = ImportJob.objects.get()
    assert job.kind == "assets"
    actions.make_preview(job=job)
    preview = client.get(f"/imports/{job.pk}/", headers={"accept-language": language}).content.decode()
    assert ("New assets" if language == "en" else "新設備") in preview
    actions.start(job=job, by=owner)
    actions.carry_out(job=job)
    assert Asset.objects.count() == 5
    result = client.get(f"/imports/{job.pk}/", headers={"accept-language": language}).content.decode()
    assert ("New assets" if language == "en" else "新設備") in result
