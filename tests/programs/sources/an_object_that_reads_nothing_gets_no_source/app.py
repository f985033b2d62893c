import inspect
import web
app = web.App()
@app.route('/')
def index(): return 'hush-hush'
print(app.call('/'))
