"""What must hold for a case ledger (請求台帳).

    cases     each case by itself: its dates, its limit, whether the tables have a row for it
    books     the workbooks: that they can be read, each case once in each, and the same in those of two years
    tallies   the ledger beside what the 課 counted themselves

The shape of its workbooks and what stands in their cells are checked as in every other.
"""
