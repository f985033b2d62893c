import pathlib
def text(): return pathlib.Path(__file__).with_name('msg.txt').read_text()
