"""Checks formats against their events' parameters, by the C compiler's rules.

`models` knows the data models, `conversions` what printf does with one conversion, and `pairing` which
parameter it takes. `errors` finds an event's errors, `advice` suggests what to write instead, and `reports`
turns errors into reports. `description` says in words what a conversion prints.
"""
