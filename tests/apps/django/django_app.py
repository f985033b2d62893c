"""A Django project with its admin: migrates a database, then serves the login page and a style sheet."""

import io
import os
import re
import sys
import tempfile
import threading
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from wsgiref.simple_server import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
        os.environ["SHOP_DATABASE"] = os.path.join(folder, "shop.db")
        import django
        from django.core.management import call_command, execute_from_command_line

        django.setup()
        execute_from_command_line([sys.argv[0], "migrate", "--verbosity", "0"])
        call_command("check", stdout=io.StringIO())

        from django.contrib.auth import get_user_model
        from django.contrib.staticfiles.handlers import StaticFilesHandler
        from django.core.wsgi import get_wsgi_application
        from shop.models import Product

        get_user_model().objects.create_superuser("admin", "admin@example.org", "secret")
        Product.objects.create(name="pen")
        server = make_server("127.0.0.1", 0, StaticFilesHandler(get_wsgi_application()), handler_class=Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )

        page = opener.open(base + "/admin/").read().decode()
        assert "Django administration" in page, page
        style = re.search(r'href="([^"]+base\.css)"', page).group(1)
        assert b"font" in opener.open(base + style).read()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
        form = {"username": "admin", "password": "secret", "csrfmiddlewaretoken": token, "next": "/admin/shop/product/"}
        login = urllib.request.Request(
            base + "/admin/login/", urllib.parse.urlencode(form).encode(), {"Referer": base + "/admin/login/"}
        )
        page = opener.open(login).read().decode()
        assert "pen" in page and "Select product to change" in page, page
        german = urllib.request.Request(base + "/admin/", headers={"Accept-Language": "de"})
        assert "Abmelden" in opener.open(german).read().decode()
        server.shutdown()
        print("django ok", Product.objects.count(), "product")


if __name__ == "__main__":
    main()
