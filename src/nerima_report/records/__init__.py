"""A year as published, and several side by side.

    model, file, lines                     one record: what it holds, its file, and where things stand in it
    years, comparison, change_statistics   records beside each other, under the names of today
    earlier_years                          what tables of several years show of the years before
    series                                 the numbers of many years, also as open data

A published record is replaced only with a reason.
"""
