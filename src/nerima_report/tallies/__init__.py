"""A workbook → who handed it in → cells and entries → totals → rates.

    roster, submission         who is asked, who has handed in
    layout, cell_values, csv_file → reading → model    where tables stand, what cells say: the tallies
    counting, register_counts  tables that are counted from entries
    lines                      tables by 実施機関, 部 or 課, as the roster gives them
    duties                     what single entries owe: an answer, a day
    totals → figures           one number for each cell of the report; rates
    printed_rates              shares that a published year printed, held against its numbers
    periods → cases → ledger     the days and limits of a case; the case ledger of a year, each case once
    collection                   all that is known of one year
    remarks, resubmission        what a 課 wrote beside its numbers, and changed when it handed in again

A label is compared without what does not distinguish it (`text.plain`).
"""
