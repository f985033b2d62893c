import sys, helper; print('second', helper.value, sys.from_hook)
