"""tesc, the trace-event compiler: one declaration file, every tracer, checked as you type.

Importing this package costs nothing: each command imports the stages that it needs.
"""

__version__ = "0.1.0"
