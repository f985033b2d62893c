from distutils.version import LooseVersion
from distutils.util import strtobool
import distutils.core
print(LooseVersion('1.2') < LooseVersion('1.10'), bool(strtobool('yes')), distutils.core.Command.__name__)
