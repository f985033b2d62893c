import logging


class Out(logging.Handler):
    def emit(self, record): print(self.format(record))
