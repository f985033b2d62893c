print('single', __name__)
