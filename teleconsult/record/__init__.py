"""The record as managers read it: filtered, printed, exported; and the commands that prove it whole."""
