import os
FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'steps')
