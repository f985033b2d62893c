# /// script
# requires-python = ">=3.12"
# dependencies = [
#     "django", "djangorestframework", "django-cors-headers", "django-filter", "django-crispy-forms",
#     "crispy-bootstrap5", "django-allauth", "django-guardian", "django-taggit", "django-mptt",
#     "django-import-export", "django-extensions", "whitenoise",
# ]
# [tool.freeze-compat]
# ci = true
# ///
"""Migrates and serves a site with applications of others, which only its settings name."""

import io
import os
import tempfile

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="k",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(tempfile.mkdtemp(), "db.sqlite3")}
    },
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "django.contrib.sites",
        "rest_framework",
        "rest_framework.authtoken",
        "corsheaders",
        "django_filters",
        "crispy_forms",
        "crispy_bootstrap5",
        "allauth",
        "allauth.account",
        "guardian",
        "taggit",
        "mptt",
        "import_export",
        "django_extensions",
    ],
    CRISPY_TEMPLATE_PACK="bootstrap5",
    SITE_ID=1,
    AUTHENTICATION_BACKENDS=[
        "django.contrib.auth.backends.ModelBackend",
        "guardian.backends.ObjectPermissionBackend",
        "allauth.account.auth_backends.AuthenticationBackend",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "whitenoise.middleware.WhiteNoiseMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "corsheaders.middleware.CorsMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
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
    REST_FRAMEWORK={"DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"]},
    CORS_ALLOWED_ORIGINS=["https://there.example"],
    STATIC_URL="/static/",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django import forms  # noqa: E402
from django.contrib import admin  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command, get_commands  # noqa: E402
from django.template import engines  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import include, path  # noqa: E402
from rest_framework import routers, serializers, viewsets  # noqa: E402


class Serializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["username"]


class Users(viewsets.ModelViewSet):
    queryset = User.objects.order_by("pk")
    serializer_class = Serializer
    filterset_fields = ["username"]


router = routers.DefaultRouter()
router.register("users", Users)
urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/", include(router.urls)),
]


class Form(forms.Form):
    name = forms.CharField()


def main():
    out = io.StringIO()
    call_command("check", stdout=out)
    call_command("migrate", verbosity=0, stdout=out)
    call_command("showmigrations", stdout=out)
    for app in ("authtoken", "account", "guardian", "taggit", "sites"):
        assert app in out.getvalue(), out.getvalue()
    commands = get_commands()
    assert commands["drf_create_token"] == "rest_framework.authtoken"
    assert commands["show_urls"] == "django_extensions"
    call_command("show_urls", stdout=out)
    assert "account_login" in out.getvalue()

    template = engines["django"].from_string(
        "{% load crispy_forms_tags mptt_tags rest_framework guardian_tags %}{{ form|crispy }}"
    )
    assert "form-control" in template.render({"form": Form()})

    User.objects.create_user("ann", password="secret")
    User.objects.create_user("bob")
    client = Client()
    assert client.get("/accounts/login/").status_code == 200
    answer = client.get("/api/users/", {"username": "bob"}, headers={"origin": "https://there.example"})
    assert [user["username"] for user in answer.json()] == ["bob"], answer.content
    assert answer.headers["access-control-allow-origin"] == "https://there.example"
    assert b"Django REST framework" in client.get("/api/", {"format": "api"}).content


if __name__ == "__main__":
    main()
    print("ok")
