"""One module a command: what is read, made and written. Nothing here prints or decides an exit code."""
