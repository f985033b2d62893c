import big.all, keeper, sys, types
def look():
    import gc
    found = [o for o in gc.get_objects() if type(o) is types.FunctionType]
    print(sum(str(f.__module__).startswith('big.') for f in found), sum(f is keeper.closure for f in found))
    print(gc.get_freeze_count() < 1000, gc.get_threshold(), gc.isenabled(), gc.callbacks)
    print(any(r is vars(keeper) for r in gc.get_referrers(keeper.box)))
print('gc' in sys.modules)
look()
