# expect: end
import lazylib.use, lazylib.modules
print(lazylib.use.value(), lazylib.use.one.VALUE)
print(lazylib.modules.names(), lazylib.modules.thing())
print('end')
