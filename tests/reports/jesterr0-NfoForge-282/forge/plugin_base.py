class PluginBase:
    def run(self, text):
        return "<" + self.change(text) + ">"
