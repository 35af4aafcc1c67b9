"""One module a command: what is read, made and written.

    prepare                    init, form: a working folder, the forms to send
    validate → build → publish    the season of a year, from the workbooks to the record
    validate_year, status, kept   the whole check of a year; where the year stands, and what is remembered for it
    reprint, import_year       a year printed again from its record; a year that was published before the tool
    check_years, trend         several years beside each other
    ledgers                    the case ledger for the other commands; ledger check, ledger due
    registers, print_registers    the masters of registers: merged, printed for public view
    edition                    definitions: copied, checked

A run returns what it made; it prints nothing and decides no exit code. That is for cli/.
"""
