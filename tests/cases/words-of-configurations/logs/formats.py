import logging


class Short(logging.Formatter):
    def format(self, record): return "short " + record.getMessage()
