from .pictures import MEDIA

FOLDER = MEDIA + "/texts"


def read(name, language):
    with open("%s/%s.%s.txt" % (FOLDER, name, language)) as file:
        return file.read().strip()
