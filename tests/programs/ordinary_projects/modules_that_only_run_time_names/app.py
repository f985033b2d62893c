# expect: end
import importlib
from pathlib import Path

from conf import HANDLERS, PREFIX, path_of

# The constants lie in another module.
print([importlib.import_module(PREFIX + name).V for name in HANDLERS], importlib.import_module(path_of('stop')).V)


class Bus:
    events = ('start', 'stop')
    table = dict(zip(events, ['more.m_' + e for e in ('start', 'stop')]))

    def fire(self, event):
        return importlib.import_module(self.table[event]).V


print([Bus().fire(event) for event in Bus.events])


class Plug:
    kind = 'base'

    @classmethod
    def load(cls):
        return importlib.import_module(f'kinds.{cls.kind}_kind').V


class A(Plug):
    kind = 'a'


class B(Plug):
    kind = 'b'


print([plug.load() for plug in Plug.__subclasses__()])


def run(name):
    return __import__(name + '_job').V


print(run('aa'), run('bb'))

BASE = Path(__file__).parent
for path in sorted(BASE.glob('*/model.py')):
    print(importlib.import_module('.'.join(path.relative_to(BASE).with_suffix('').parts)).V)

# A name that looks like that of a test.
for name in 'build', 'test':
    print(importlib.import_module(f'actions.do_{name}').V)
print('end')
