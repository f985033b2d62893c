import sys
VALUE = '4'
if __name__ == '__main__':
    import beside
    print(VALUE, beside.VALUE, sys.argv[1:])
