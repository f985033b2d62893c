print('part', __name__)
