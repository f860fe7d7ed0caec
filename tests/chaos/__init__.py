"""A random bad day: servers die and freeze, AWS fails; nothing may be lost or left over."""
