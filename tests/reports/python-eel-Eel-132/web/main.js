eel.expose(show_total);
function show_total(total) { document.title = total; }
eel.expose(clear_list);
function clear_list() { document.body.textContent = ""; }
