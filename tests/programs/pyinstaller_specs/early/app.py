import sys
print("early", sys.flags.verbose)
