fullname = "Mail"
description = "sends a letter"
