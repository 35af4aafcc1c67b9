"""The registers (登録票, 記録票): entries, the master in registers/, and how a year changes it."""
