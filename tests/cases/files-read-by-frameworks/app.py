import gettext
import os

from jinja2 import Environment, FileSystemLoader, PackageLoader

here = os.path.dirname(__file__)
views = Environment(loader=FileSystemLoader(os.path.join(here, "views")))
print(views.get_template("page.html").render(name="x"))
print(Environment(loader=PackageLoader("mail")).get_template("letter.txt").render(name="y"))
translation = gettext.translation("app", localedir=os.path.join(here, "locale"), languages=["de"], fallback=True)
print(translation.gettext("hello"))
