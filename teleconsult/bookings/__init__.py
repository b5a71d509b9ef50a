"""In-person booking: the waiting list, the agenda, allowances, channels, attendance."""
