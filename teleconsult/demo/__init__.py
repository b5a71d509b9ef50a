"""The demonstration network: invented people and cases, told as files and replayed through the real actions."""
