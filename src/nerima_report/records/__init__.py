"""A year as published, and several side by side.

    model, file, lines, schema, revision   one record: what it holds, its file, its lines, how it is replaced
    years, comparison, change_statistics   records beside each other, under the names of today
    series, series_csv                     the numbers of many years

A published record is guarded: it is replaced only with a reason.
"""
