x = { 'a':1,
 'b':2 }
def f ( a ):
    match = a
    return   match
