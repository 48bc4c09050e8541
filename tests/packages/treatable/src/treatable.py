GREETING = "as it was"
