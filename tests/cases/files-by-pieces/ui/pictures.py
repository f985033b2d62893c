import os

HERE = os.path.dirname(os.path.realpath(__file__))
MEDIA = os.path.join(os.path.dirname(HERE), "media")


def size(*names):
    return os.path.getsize(os.path.join(MEDIA, *names))
