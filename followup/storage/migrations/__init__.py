"""The steps by which a database comes to hold the present tables; one file each in `versions`, run by migrate.py."""

#: The revision of the tables as they are now; a test holds it against the newest file in `versions`.
HEAD = "0010"
