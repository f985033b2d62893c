import traceback
import helper
try:
    helper.fail()
except ValueError:
    print('frozen-marker' in traceback.format_exc())
