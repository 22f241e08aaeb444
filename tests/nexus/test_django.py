"""`lab.django()`: in a kernel, as a chapter uses it. Django can be set up once a process, so each test has its own."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from nexus import paths

Cells = Callable[[str], Any]
OPEN = """
import asyncio, json, nexus, requests
lab = nexus.open("test-django-{worker}", needs=("postgres", "redis"))
"""
ORM = """
app = lab.django()
from django.db import connection, models

class Guest(models.Model):
    name = models.TextField()

async def cell():  # a kernel runs cells under an event loop
    with connection.schema_editor() as editor:
        editor.create_model(Guest)
    Guest.objects.create(name="Ada")
    return list(Guest.objects.values_list("name", flat=True))

said = [asyncio.run(cell()), lab.sql("select name from notebook_guest")]
"""
AGAIN = """
app = lab.django(LANGUAGE_CODE="de")
from django.conf import settings
from django.core.cache import cache
from django.db import connection
connection.cursor().execute("create table seen (id int)")
first = settings.LANGUAGE_CODE
lab = nexus.open(lab.chapter, needs=("postgres", "redis"))
lab.django(INSTALLED_APPS=["rest_framework"])
with connection.cursor() as cursor:
    (tables,) = cursor.execute("select count(*) from pg_tables where tablename = 'seen'").fetchone()
cache.set("who", "Ada")
said = [first, settings.LANGUAGE_CODE, tables, lab.redis.exists(":1:who"), "rest_framework" in settings.INSTALLED_APPS]
"""
SETTING = """
lab.django(INSTALLED_APPS=["systems.accounts", "systems.crm"], AUTH_USER_MODEL="accounts.User")
from django.apps import apps
said = apps.get_model("crm.Customer")._meta.get_field("owner").related_model._meta.label
"""
URLS = """
from django.http import HttpResponse
served = nexus.serve(lab.django())
from django.urls import path
get = lambda: requests.get(served.url + "/guests", timeout=5)
said = [get().status_code]
urlpatterns = [path("guests", lambda request: HttpResponse("Ada"))]
said += [get().text]
urlpatterns = [path("guests", lambda request: HttpResponse("Bo"))]
said += [get().text]
"""
OTHER_ROOM = """
lab.django()
try:
    nexus.open("test-django-other-{worker}", needs=("postgres",)).django()
except nexus.NexusError as error:
    said = str(error)
"""


@pytest.fixture
def cells(worker_id: str) -> Cells:
    def run(script: str) -> Any:
        script = (OPEN + script).replace("{worker}", worker_id) + "\nprint(json.dumps(said))"
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=paths.ROOT, capture_output=True, check=False, encoding="utf-8"
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_models_in_cells_use_the_rooms_database_under_a_loop(cells: Cells) -> None:
    assert cells(ORM) == [["Ada"], ["Ada"]]


def test_a_reopened_chapter_has_the_new_database_and_settings(cells: Cells) -> None:
    assert cells(AGAIN) == ["de", "en-us", 0, 1, True]


def test_models_of_an_app_may_use_a_setting_given_with_it(cells: Cells) -> None:
    assert cells(SETTING) == "accounts.User"


def test_url_patterns_are_those_of_the_notebook_now(cells: Cells) -> None:
    assert cells(URLS) == [404, "Ada", "Bo"]


def test_another_room_in_the_same_kernel_is_refused_in_a_line(cells: Cells) -> None:
    said = cells(OTHER_ROOM)
    assert "restart the kernel" in said
    assert "\n" not in said
