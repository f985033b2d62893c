from tools import shown
@shown
def other(): return 'other'
