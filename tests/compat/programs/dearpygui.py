# /// script
# requires-python = ">=3.10"
# dependencies = ["dearpygui"]
# [tool.freeze-compat]
# ci = false
# screen = true
# strict = true
# ///
"""Renders frames of Dear PyGui with a plot."""

import dearpygui.dearpygui as dpg

dpg.create_context()
with dpg.window(label="window", tag="window"):
    dpg.add_text("Hello")
    dpg.add_slider_float(label="number", default_value=0.3, tag="slider")
    with dpg.plot(label="plot"):
        dpg.add_plot_axis(dpg.mvXAxis)
        dpg.add_line_series([0, 1, 2], [1, 4, 9], parent=dpg.add_plot_axis(dpg.mvYAxis))
dpg.create_viewport(title="title", width=400, height=300)
dpg.setup_dearpygui()
dpg.show_viewport()
for _ in range(10):
    dpg.render_dearpygui_frame()
print(round(dpg.get_value("slider"), 3), dpg.get_viewport_width(), dpg.get_item_rect_size("window"))
dpg.destroy_context()

print("ok")
