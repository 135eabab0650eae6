"""Whether a format fits its event's parameters, as the C compiler sees it.

`models` knows the data models, `conversions` what printf makes of one conversion, `pairing` which
parameter it takes, `errors` finds the errors of an event, `advice` what to write instead, and
`reports` words what the rules report. `description` says in words what a conversion prints.
"""
