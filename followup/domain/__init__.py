"""Pure data and decisions: no input or output, no clock; `now` is an argument."""
