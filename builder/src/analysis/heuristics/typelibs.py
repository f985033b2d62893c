import sys


class Typelibs:
    """Tells libraries where the bundle has their files, once the program has imported `gi`.

    Variables would do the same, but children would inherit them.
    """

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        function = FUNCTIONS.get(name)
        if function is None:
            return None
        import importlib.util
        sys.meta_path.remove(cls)
        spec = importlib.util.find_spec(name)
        sys.meta_path.insert(0, cls)
        if spec is not None:
            spec.loader = Then(spec.loader, function)
        return spec


class Then:
    """Loads a module as another loader does, which it leaves in its place, and calls a function."""

    def __init__(self, loader, function):
        self.loader, self.function = loader, function

    def __getattr__(self, name):
        return getattr(self.loader, name)

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        module.__loader__ = module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        FUNCTIONS.pop(module.__name__, None)
        self.function(sys._MEIPASS)


def translate(root):
    import locale
    import os
    folder = os.path.join(root, 'share', 'locale')
    languages = os.listdir(folder) if os.path.isdir(folder) else ()
    for domain in 'gtk30', 'gtk40':
        files = (os.path.join(folder, name, 'LC_MESSAGES', domain + '.mo') for name in languages)
        if any(map(os.path.exists, files)):
            locale.bindtextdomain(domain, folder)


def set_up(root):
    import ctypes
    import os

    def library(name):
        path = os.path.join(root, name)
        return ctypes.CDLL(path) if os.path.exists(path) else None

    def while_set(name, value, function):
        before = os.environ.get(name)
        os.environ[name] = value
        try:
            function()
        finally:
            if before is None:
                del os.environ[name]
            else:
                os.environ[name] = before

    folder = os.path.join(root, 'girepository-1.0')
    old, new = library('libgirepository-1.0.so.1'), library('libgirepository-2.0.so.0')
    if old is not None:
        old.g_irepository_prepend_search_path(os.fsencode(folder))
    elif new is not None:
        new.gi_repository_dup_default.restype = ctypes.c_void_p
        repository = ctypes.c_void_p(new.gi_repository_dup_default())
        new.gi_repository_prepend_search_path(repository, os.fsencode(folder))

    # What these functions read of a variable, their libraries keep.
    glib, gio, pixbuf = map(library, ('libglib-2.0.so.0', 'libgio-2.0.so.0', 'libgdk_pixbuf-2.0.so.0'))
    share = os.path.join(root, 'share')
    if glib is not None and os.path.isdir(share):
        def read():
            glib.g_get_system_data_dirs()
            if gio is not None:
                # The database of types reads the variable itself.
                gio.g_content_type_guess(b'a.png', None, 0, None)

        others = os.environ.get('XDG_DATA_DIRS') or '/usr/local/share:/usr/share'
        while_set('XDG_DATA_DIRS', share + os.pathsep + others, read)
    modules = os.path.join(root, 'gio', 'modules')
    if gio is not None and os.path.isdir(modules):
        others = os.environ.get('GIO_EXTRA_MODULES')
        value = modules + os.pathsep + others if others else modules
        while_set('GIO_EXTRA_MODULES', value, gio.g_vfs_get_default)
    loaders = os.path.join(root, 'gdk-pixbuf', 'loaders.cache')
    if pixbuf is not None and os.path.exists(loaders) and 'GDK_PIXBUF_MODULE_FILE' not in os.environ:
        while_set('GDK_PIXBUF_MODULE_FILE', loaders, pixbuf.gdk_pixbuf_get_formats)


# GTK names the folder of its translations when it is initialized, at the end of its override.
FUNCTIONS = {'gi': set_up, 'gi.overrides.Gtk': translate}
sys.meta_path.insert(0, Typelibs)
