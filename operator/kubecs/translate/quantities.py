"""Kubernetes quantities in the canonical spelling, which the API server stores unchanged."""

_CPU_STEPS = (("", 1000), ("k", 1000), ("M", 1000), ("G", 1000))
_MEMORY_STEPS = (("Gi", 1024), ("Ti", 1024), ("Pi", 1024), ("Ei", 1024))

CPU_UNITS_PER_CORE = 1024
MILLICORES_PER_CORE = 1000


def millicores(cpu_units: int) -> int:
    """CPU units (1/1024 of a core) to millicores, rounded up so that no reservation shrinks."""
    return -(-cpu_units * MILLICORES_PER_CORE // CPU_UNITS_PER_CORE)


def cpu_quantity(millis: int) -> str:
    """Millicores as a quantity: 250 is `250m`, 2000 is `2`."""
    return _largest_unit(millis, "m", _CPU_STEPS)


def memory_quantity(mib: int) -> str:
    """MiB as a quantity: 512 is `512Mi`, 2048 is `2Gi`."""
    return _largest_unit(mib, "Mi", _MEMORY_STEPS)


def _largest_unit(number: int, suffix: str, steps: tuple[tuple[str, int], ...]) -> str:
    """Go up the units as long as the number stays whole, as Kubernetes does."""
    for larger, factor in steps:
        if number == 0 or number % factor:
            break
        number, suffix = number // factor, larger
    return f"{number}{suffix}"
