# /// script
# requires-python = ">=3.10"
# dependencies = ["django", "djangorestframework", "whitenoise"]
# [tool.freeze-compat]
# rules = ["django.toml"]
# ///
"""Migrates, serves and administers a project that is configured in one file."""

import sys

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="k",
    DEBUG=False,
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "rest_framework",
    ],
    MIDDLEWARE=[
        "whitenoise.middleware.WhiteNoiseMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    STATIC_URL="/static/",
    USE_TZ=True,
    LANGUAGE_CODE="de",
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.translation import gettext  # noqa: E402
from rest_framework.decorators import api_view  # noqa: E402
from rest_framework.response import Response  # noqa: E402


@api_view(["POST"])
def double(request):
    return Response({"n": request.data["n"] * 2})


urlpatterns = [
    path("x/", lambda request: JsonResponse({"ok": 1})),
    path("double/", double),
    path("admin/", admin.site.urls),
]
sys.modules.setdefault(__name__, sys.modules["__main__"])
call_command("migrate", verbosity=0)
User.objects.create_superuser("root", "r@x.yz", "pw")
client = Client()
assert client.get("/x/").json() == {"ok": 1}
assert client.post("/double/", {"n": 4}, content_type="application/json").json() == {"n": 8}
assert client.login(username="root", password="pw")
page = client.get("/admin/")
assert page.status_code == 200 and "Benutzer" in page.content.decode()
assert client.get("/admin/auth/user/").status_code == 200 and gettext("Yes") == "Ja"
call_command("check")
print("ok")
