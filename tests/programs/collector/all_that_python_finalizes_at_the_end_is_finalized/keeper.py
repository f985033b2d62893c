# Says when each object is deleted, with what its module holds; and files that nothing closes but their deletion.
import os
HOME = os.environ['HOME']
WORDS = 'as ever'
def say(text):
    os.write(1, (text + '\n').encode())
class Noisy:
    def __init__(self, name):
        self.name, self.me = name, self
    def __del__(self):
        say('deleted, %s: %s' % (WORDS, self.name))
def open_file(name):
    file = open(os.path.join(HOME, name), 'w')
    file.write(name)
    return file
class Keeper:
    noisy = Noisy('in a class')
    file = open_file('in a class')
class Box:
    pass
box = Box()
box.me, box.file, box.noisy = box, open_file('in a cycle'), Noisy('in a cycle')
in_module, file_of_module = Noisy('in a module'), open_file('in a module')
Noisy('garbage of an import')
def closure(noisy=Noisy('a default'), file=open_file('a default')):
    return closure
