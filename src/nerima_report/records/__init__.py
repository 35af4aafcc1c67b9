"""A year as published: the record as a model and as a file, how it comes about, and how it is replaced."""
