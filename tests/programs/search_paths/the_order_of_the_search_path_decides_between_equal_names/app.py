# expect: end
import os, sys
here = os.path.dirname(os.path.abspath(__file__))
import other
sys.path.insert(0, os.path.join(here, 'ahead'))
import common
sys.path.append(os.path.join(here, 'behind'))
import late
print(common.WHERE, late.WHERE, other.WHERE)
print('end')
