import sys
import pkg
exec(bytes.fromhex('696d706f72742068696464656e0a'))
print(pkg.read(sys.argv[1]), pkg.answer(sys.argv[1]), bytes.fromhex('68696464656e').decode() in sys.modules)
import inner_of_hidden
sys.exit(7)
