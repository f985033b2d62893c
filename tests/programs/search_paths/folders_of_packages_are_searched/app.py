# python: oldest usual
# expect: end
import carrier, carrier.plain
print(carrier.loaded(), carrier.plain.loaded())
import carrier.vendor.bundled, sys
print(carrier.vendor.bundled is sys.modules['bundled'], carrier.vendor.bundled.VALUE)
import portion.core, portion.added
print(portion.core.VALUE, portion.added.VALUE)
print(carrier.special().VALUE)
print('end')
