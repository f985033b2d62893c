# /// script
# requires-python = ">=3.10"
# dependencies = []
# [tool.freeze-compat]
# debian = ["python3-wxgtk4.0"]
# hide = [
#     "/usr/lib/x86_64-linux-gnu/libgtk-3.so.0", "/usr/lib/x86_64-linux-gnu/libwx_gtk3u_core-3.2.so.0", "/usr/lib/x86_64-linux-gnu/gdk-pixbuf-2.0",
#     "/usr/share/glib-2.0",
# ]
# ci = false
# screen = true
# strict = true
# ///
"""Shows a frame of wxPython with controls, draws, and prints its pixels."""

import hashlib
import os

os.environ["NO_AT_BRIDGE"] = "1"
import wx  # noqa: E402
import wx.adv  # noqa: E402
import wx.grid  # noqa: E402
import wx.html  # noqa: E402
import wx.lib.agw.aui as aui  # noqa: E402
import wx.lib.plot  # noqa: E402
import wx.stc  # noqa: E402
import wx.xrc  # noqa: E402

XRC = b"""<resource><object class="wxPanel" name="panel"><object class="wxButton" name="b"><label>Press</label></object></object></resource>"""


class Frame(wx.Frame):
    def __init__(self):
        super().__init__(None, title="wx", size=(420, 360))
        sizer = wx.BoxSizer(wx.VERTICAL)
        grid = wx.grid.Grid(self)
        grid.CreateGrid(2, 2)
        grid.SetCellValue(0, 0, "cell")
        html = wx.html.HtmlWindow(self)
        html.SetPage("<h1>Title</h1>")
        editor = wx.stc.StyledTextCtrl(self)
        editor.SetLexer(wx.stc.STC_LEX_PYTHON)
        editor.SetText("import os")
        resources = wx.xrc.XmlResource.Get()
        resources.LoadFromBuffer(XRC)
        for control in grid, html, editor, resources.LoadPanel(self, "panel"), wx.Button(self, wx.ID_OPEN):
            sizer.Add(control, 1, wx.EXPAND)
        self.SetSizer(sizer)
        self.CreateStatusBar().SetStatusText("status")
        wx.CallLater(800, self.finish)

    def finish(self):
        size = self.GetClientSize()
        bitmap = wx.Bitmap(size.width, size.height)
        wx.MemoryDC(bitmap).Blit(0, 0, size.width, size.height, wx.ClientDC(self), 0, 0)
        print(size, hashlib.sha256(bytes(bitmap.ConvertToImage().GetData())).hexdigest())
        print(wx.version(), aui.AuiManager.__name__, wx.lib.plot.PlotCanvas.__name__)
        print(wx.ArtProvider.GetBitmap(wx.ART_FILE_OPEN, size=(16, 16)).IsOk())
        self.Destroy()


application = wx.App()
Frame().Show()
application.MainLoop()
print("ok")
