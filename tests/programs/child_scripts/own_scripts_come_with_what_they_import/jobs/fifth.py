import sys
VALUE = '5'
if __name__ == '__main__':
    import jobs.deep
    print(VALUE, jobs.deep.VALUE, sys.argv[1:])
