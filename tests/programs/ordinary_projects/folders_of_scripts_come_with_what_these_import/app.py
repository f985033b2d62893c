# expect: end
import configparser, os, pathlib, runpy
from shop import tables
here = os.path.dirname(os.path.abspath(__file__))
settings = configparser.ConfigParser({'here': here})
settings.read(os.path.join(here, 'alembic.ini'))
for folder in settings['alembic']['script_location'], tables.FOLDER:
    for script in sorted(pathlib.Path(folder).rglob('*.py')):
        print(script.name, runpy.run_path(str(script))['RESULT'])
print('end')
