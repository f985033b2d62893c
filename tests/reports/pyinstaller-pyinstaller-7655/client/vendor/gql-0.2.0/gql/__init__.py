from gql.text import wrap


def query(name):
    return wrap(name)
