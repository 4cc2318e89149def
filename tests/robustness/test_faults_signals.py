"""F02, F03, F07, F10: signals in every phase, parsers that die, readers that leave."""
