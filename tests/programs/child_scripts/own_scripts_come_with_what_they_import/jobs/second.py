import sys
VALUE = '2'
if __name__ == '__main__':
    import json_like
    print(VALUE, json_like.VALUE, sys.argv[1:])
