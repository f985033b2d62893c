from forge.plugin_base import PluginBase


class Plugin(PluginBase):
    def change(self, text):
        return text.title()
