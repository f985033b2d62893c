def shown(name):
    from late import BEHIND
    template = t'hello {name!r:>9} {BEHIND}'
    return [type(template).__name__, template.strings, [(i.value, i.expression) for i in template.interpolations]]
