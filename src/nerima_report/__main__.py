"""`python -m nerima_report` is the same program as `nerima-report`."""

from nerima_report.cli import main

if __name__ == "__main__":
    main()
