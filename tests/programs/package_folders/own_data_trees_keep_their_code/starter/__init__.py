import os, shutil
def create(to):
    shutil.copytree(os.path.join(os.path.dirname(__file__), 'skeletons', 'web'), to)
