"""Splits the profile of a FastAPI service by endpoint and method.

    uvicorn fastapi_middleware:app --port 8000
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pyroscope
from fastapi import FastAPI

from trading import Strategy, evaluate_strategy_fitness, evolve_population, generate_market_data, generate_population

pyroscope.configure(
    application_name="fitness-api",
    server_address="http://pyroscope-server:4040",
)


@asynccontextmanager
async def upload_at_exit(_: FastAPI) -> AsyncIterator[None]:
    yield
    pyroscope.shutdown()


app = FastAPI(lifespan=upload_at_exit)
MARKET_DATA = generate_market_data(5_000)


# --- recipe
@app.middleware("http")
async def profile_requests(request, call_next):
    with pyroscope.tag_wrapper({
        "endpoint": request.url.path,
        "method": request.method
    }):
        response = await call_next(request)
    return response
# --- end of recipe


@app.get("/fitness")
async def fitness(fast_window: int = 10, slow_window: int = 40) -> float:
    return evaluate_strategy_fitness(Strategy(fast_window, slow_window), MARKET_DATA)


@app.post("/evolve")
async def evolve(size: int = 20) -> int:
    return len(evolve_population(generate_population(size)))
