import sys
VALUE = '3'
if __name__ == '__main__':
    import near
    print(VALUE, near.VALUE, sys.argv[1:])
