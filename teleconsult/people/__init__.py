"""Accounts, roles, permissions, sign-in and sessions.

What people asks of the floors above it, by `@panel` (events.py); each may be registered or not:

- `people.units()`, `people.specialties()`: what the forms offer (people/choices.py).
- `after_sign_in(user)`: something to say at sign-in, `{"text": ..., "action": {"label": ..., "url": ...}}`;
  it stays on the screen until it is closed.
- `account(user)`: a further line of the account page, `{"url": ..., "label": ..., "icon": ..., "text": ...}`.
- `person.note(person)`: something that whoever manages people must know of a person, `{"text": ..., "icon": ..., "tone": ...}`.
- `person.leaving(person, lost)`: sentences, in a list, about what happens to what hangs on what a person is about to lose:
  the account, a role, a specialty.

Events that people emits, inside its transaction: `person.switched_off` and `person.specialties_changed`,
both with `person`, `by` and what the person has `lost` (people/facts.py).
"""
