"""The HTTP skin of the service: routes, access, errors as problems. Nobody imports it, it decides nothing."""
