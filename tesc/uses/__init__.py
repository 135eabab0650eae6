"""Where C and Rust sources use events: what an event's name stands for there, and who calls it."""
