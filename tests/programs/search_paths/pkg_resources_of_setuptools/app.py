import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    import pkg_resources
places = [(w.filename == __file__, w.lineno) for w in caught if 'pkg_resources is deprecated' in str(w.message)]
print(places)
from setuptools import Distribution
print(pkg_resources.parse_version('1.10') > pkg_resources.parse_version('1.9'))
command = Distribution(dict(name='y')).get_command_class('bdist_wheel')
print(command.__module__.startswith('setuptools.'))
