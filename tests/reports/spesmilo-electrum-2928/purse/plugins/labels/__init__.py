fullname = "Labels"
description = "keeps names of addresses"
