"""How the working folder is written, whoever else is at work and whenever the power goes.

journal    a set of files changes as a set, or not at all
lock       one writer at a time; what a killed one left is repaired first
"""
