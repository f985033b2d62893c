# expect: end
import os
import caller.native
folder = os.path.join(os.path.dirname(os.path.dirname(caller.__file__)), 'tool', 'lib')
print(caller.native.ask(folder))
print('end')
