import os, sys
if os.name == 'nt':
    import winning
else:
    import losing
