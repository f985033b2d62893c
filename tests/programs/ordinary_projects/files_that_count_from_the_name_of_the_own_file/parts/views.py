from pathlib import Path
def text(): return Path(__file__).with_suffix('.html').read_text()
