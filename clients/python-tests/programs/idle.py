"""Sleeps: SDK 1.x uploads a profile with no samples, SDK 0.8 uploads nothing.

    python idle.py [SECONDS]
"""

import sys
import time

import pyroscope

pyroscope.configure(application_name="idle-worker", server_address="http://pyroscope-server:4040")


def main(seconds: float) -> None:
    time.sleep(seconds)
    pyroscope.shutdown()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
