"""Applications with windows for tests/compat/apps.py: each starts on a screen of its own, whose picture is compared."""

import pathlib
import subprocess

from using import application, write


def image(name, size="400x300"):
    subprocess.run(["convert", "-size", size, "gradient:navy-gold", name], check=True)


@application("pygubu-designer", ["pygubu-designer"])
def pygubu_designer(use):
    use.window("Pygubu Designer")


@application("novelwriter", ["novelwriter"])
def novelwriter(use):
    use.window("novelWriter")


@application("labelme", ["labelme"])
def labelme(use):
    image("a.png")
    use.window("[Ll]abelme", "a.png", differing=0.02)


@application("qtconsole", ["qtconsole", "pyqt5", "ipykernel"], "jupyter-qtconsole")
def qtconsole(use):
    use.window("Jupyter", keys=["print(6 * 7)", "Return"], differing=0.02)


@application("silx", ["silx[full]", "pyside6"])
def silx(use):
    use.window("[Ss]ilx", "view", QT_API="pyside6")


@application("napari", ["napari[pyqt6]"])
def napari(use):
    image("a.png")
    use.window("napari", "a.png")


@application("deareis", ["deareis"])
def deareis(use):
    use.window("DearEIS")


@application("pgzero", ["pgzero"], "pgzrun")
def pgzero(use):
    write(
        "game.py",
        """\
WIDTH, HEIGHT, TITLE = 400, 300, "Game"
ball = Rect((50, 60), (100, 80))


def draw():
    screen.fill((10, 90, 160))
    screen.draw.filled_rect(ball, (250, 200, 20))
    screen.draw.text("Hello", (200, 200), fontsize=40)
    screen.blit("spot", (260, 40))
""",
    )
    pathlib.Path("images").mkdir()
    image("images/spot.png", "80x80")
    use.window("Game", "game.py", SDL_AUDIODRIVER="dummy")


@application("katrain", ["katrain"])
def katrain(use):
    use.window("KaTrain", differing=0.02)


@application("pyxel", ["pyxel"])
def pyxel(use):
    drawn = (
        "pyxel.cls(1), pyxel.circ(60, 60, 30, 8), pyxel.text(20, 20, 'hi', 7), [pyxel.pset(i, 5, i) for i in range(16)]"
    )
    write(
        "game.py", f"import pyxel\n\npyxel.init(160, 120, title='Game')\npyxel.run(lambda: None, lambda: ({drawn}))\n"
    )
    use.window("Game", "run", "game.py", SDL_AUDIODRIVER="dummy")


@application("eric", ["eric-ide"], "eric7_ide")
def eric(use):
    use.window("eric", "--no-splash", "--no-crash", QTWEBENGINE_DISABLE_SANDBOX="1", differing=0.03)


@application("anki", ["aqt", "pyqt6", "pyqt6-webengine"])
def anki(use):
    use.window("Anki", "-b", "base", keys=["Return", "Return"], QTWEBENGINE_DISABLE_SANDBOX="1", differing=0.03)


@application("glue-qt", ["glue-qt", "pyqt6"], "glue")
def glue(use):
    write("a.csv", "x,y\n1,2\n2,3\n3,5\n")
    use.window("[Gg]lue", "a.csv", differing=0.02)
