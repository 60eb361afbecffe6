"""The workload of ``./flamekeeper demo``: a genetic algorithm on Ray and a FastAPI service, both profiled.

One file per step, in the order of reading:

    market      the price series
    strategy    a trading strategy, its indicators and its backtest
    genetic     one population: fitness evaluation, selection, evolution
    faults      the planted faults and where their parameters stand
    profiling   everything that touches the profiling SDK
    island      one Ray actor: a population that lives in its own process
    cluster     the local Ray cluster and its islands; ray_environment its settings
    api, load   the FastAPI service and the requests it gets
    __main__    the command: starts, paces and stops all of it

``market``, ``strategy``, ``genetic`` and ``faults`` know neither Ray nor the SDK.
"""
