"""What can be done to an account."""

from teleconsult import events

events.declare("person.switched_off", "person.specialties_changed")
