"""Nests tags in every way that differs on the wire. The SDK keeps a set of (thread, name, value), so inside
``nested_same_name`` a sample carries the name twice, and ``after_equal_pair`` has lost its tag.

    python nested_tags.py [SECONDS]
"""

import sys
import time

import pyroscope

ROUND_SECONDS = 0.1

pyroscope.configure(application_name="nested-tags", server_address="http://pyroscope-server:4040")


def outer_only() -> None:
    burn()


def nested_same_name() -> None:
    burn()


def nested_other_name() -> None:
    burn()


def after_equal_pair() -> None:
    burn()


def untagged() -> None:
    burn()


def burn() -> None:
    deadline = time.monotonic() + ROUND_SECONDS
    while time.monotonic() < deadline:
        sum(index * index for index in range(2_000))


def main(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with pyroscope.tag_wrapper({"component": "evolution"}):
            outer_only()
            with pyroscope.tag_wrapper({"component": "mutation"}):
                nested_same_name()
            with pyroscope.tag_wrapper({"operator": "crossover"}):
                nested_other_name()
            with pyroscope.tag_wrapper({"component": "evolution"}):
                pass
            after_equal_pair()
        untagged()
    pyroscope.shutdown()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
