import pkg_resources, setuptools
from pkg_resources.extern import packaging
print(pkg_resources.parse_version('1.10') > pkg_resources.parse_version('1.9'), packaging.__name__)
setuptools.setup(name='x', version='2', script_args=['--version'])
