import models
RESULT = models.NAME
