"""What stands around a till: drivers behind the shop's ports, and simulators of the things themselves."""
