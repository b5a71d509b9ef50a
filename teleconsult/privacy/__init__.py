"""Data protection: a patient's own copy, whose records were touched, and the record of processing."""
