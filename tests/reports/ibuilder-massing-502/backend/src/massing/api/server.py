from pathlib import Path

WEB = Path(__file__).resolve().parents[4] / "web"


def page():
    return (WEB / "index.html").read_text().strip()
