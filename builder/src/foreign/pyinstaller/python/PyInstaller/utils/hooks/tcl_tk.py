"""Tcl and Tk, which the builder collects without a hook."""


class TclTkInfo:
    available = True
    data_files = []
    tcl_data_missing = tk_data_missing = False
    is_macos_system_framework = False
    tcl_data_dir = tk_data_dir = None
    TCL_ROOTNAME, TK_ROOTNAME = "_tcl_data", "_tk_data"


tcltk_info = TclTkInfo()


def collect_tcl_tk_files(tkinter_ext_file=None):
    return []
