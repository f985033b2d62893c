import sys
VALUE = '6'
if __name__ == '__main__':
    import six_only
    print(VALUE, six_only.VALUE, sys.argv[1:])
