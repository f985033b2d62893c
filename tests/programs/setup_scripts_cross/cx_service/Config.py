NAME = "Hosted%s"
DISPLAY_NAME = "The service %s"
MODULE_NAME = "handlers.demo"
CLASS_NAME = "Handler"
DESCRIPTION = "A service"
AUTO_START = True
SESSION_CHANGES = True
