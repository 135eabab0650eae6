"""Whether a format fits its event's parameters, by the C compiler's rules.

`models` knows the data models, `conversions` what printf does with one conversion, `pairing` which
parameter it takes, `errors` finds the errors of an event, `advice` what to write instead, and
`reports` turns errors into reports. `description` says in words what a conversion prints.
"""
