"""HTTP in, HTML and JSON out; decides nothing, calls services."""
