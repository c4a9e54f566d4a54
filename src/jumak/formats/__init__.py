"""Files people bring and take: tables as CSV and XLSX, pictures.

They come from anywhere, so each is read in a process of its own (`apart`), with limits on memory and time and behind
the shop's own work: the worst a file can do is to be refused.
"""
