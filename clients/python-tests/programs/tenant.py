"""A worker of one tenant, as a hosted server is told who it is.

    python tenant.py SERVER WORKER WAY TENANT TOKEN [SECONDS]

WAY is ``basic``, ``bearer`` or ``header``: credentials, a token (SDK 0.8), or a header with a token.
"""

import sys
import time

import pyroscope

from trading import Strategy, evaluate_strategy_fitness, generate_market_data


def main(server: str, worker: str, way: str, tenant: str, token: str, seconds: float) -> None:
    credentials = {
        "basic": {"basic_auth_username": tenant, "basic_auth_password": token},
        "bearer": {"auth_token": token},
        "header": {"http_headers": {"Authorization": f"Bearer {token}"}, "tenant_id": tenant},
    }[way]
    pyroscope.configure(
        application_name="genetic-algorithm",
        server_address=server,
        tags={"worker_id": worker},
        **credentials,
    )
    market_data = generate_market_data(3_000)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        evaluate_strategy_fitness(Strategy(10, 40), market_data)
    pyroscope.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:6], float(sys.argv[6]) if len(sys.argv) > 6 else 30.0)
