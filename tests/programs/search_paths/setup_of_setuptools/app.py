import setuptools, setuptools.errors, sys
import distutils.command.build
print(setuptools.__version__, 'setuptools' in sys.modules['distutils'].__file__)
print(setuptools.errors.SetupError.__name__, distutils.command.build.build.__name__)
setuptools.setup(name='x', version='1', script_args=['--version'])
