try:
    import guarded_missing
except ImportError:
    pass
def late():
    import late_missing
print('runs', flush=True)
import helper
