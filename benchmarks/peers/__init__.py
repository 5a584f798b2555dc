"""One module a peer: `versions` says what it is, `JOBS` maps the name of a job to what makes it ready."""
