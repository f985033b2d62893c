import sys
sys.hooked = True
