import pathlib
import string


class Document:
    folder = pathlib.Path(__file__).resolve().parent.parent / "forms"
    form = None

    @property
    def path(self):
        return self.folder.joinpath(self.form)

    def text(self, **values):
        return string.Template(self.path.read_text()).substitute(values).strip()
