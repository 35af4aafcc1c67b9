"""The registers (登録票, 記録票): their masters in registers/, and how a year changes them.

    entry, master    an entry; the masters (registers/*.csv) and their history
    merging          the rows of a workbook → the entries that they are → what changes
    views            a register as of a day, also as data for programs
    due              what falls due in the case ledger

The numbers of a year come from the workbooks; the masters change only when they are merged.
"""
