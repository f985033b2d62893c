class Handler:
    def Initialize(self, file):
        print("initialize", file)

    def Run(self):
        print("run")

    def stop(self):
        print("stop")

    def session_changed(self, session, event):
        print("session", session, event)
