import { type DrawnSample, readDrawnProfile } from "./drawnProfile.ts";

/// A series of the demo: its labels, its drawn profile, and how many times the drawing fits into one upload.
export interface DemoSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly profileType: string;
  readonly samples: readonly DrawnSample[];
  /// Value of one drawn unit, in the unit of the profile type.
  readonly unit: number;
  /// Load at a time, 1 is the drawing as it is; changes with the hour and differs per series.
  load(timeMillis: number): number;
  /// Extra factor for one function at a time, so that shapes change and not only sizes.
  factor(functionName: string, timeMillis: number): number;
}

const CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
const WALL = "wall:wall:nanoseconds:wall:nanoseconds";
const ALLOCATED = "memory:alloc_space:bytes:space:bytes";
const IN_USE = "memory:inuse_space:bytes:space:bytes";

const evolution = readDrawnProfile(`
  <module>
    main
      run_evolution  1
        run_generation  2
          evaluate_population  3
            evaluate_fitness  14
              Strategy.signals  9
                Indicators.rsi  21
                  rolling_mean  34
                    sum  18
                  diff  12
                Indicators.macd  11
                  ewm  42
                    _ewm_step  26
                  diff  7
                Indicators.bollinger  6
                  rolling_mean  22
                    sum  9
                  rolling_std  31
                    sqrt  6
                crossings  13
              Backtest.run  17
                Backtest._apply_orders  38
                  Portfolio.buy  11
                    Portfolio._fees  5
                  Portfolio.sell  13
                    Portfolio._fees  6
                  Portfolio.mark_to_market  29
                slippage  16
                  lognormvariate  8
              sharpe_ratio  10
                mean  5
                stdev  13
              max_drawdown  15
            cached_prices  2
              loads  23
          select_parents  4
            tournament  12
              sample  7
                randbelow  5
            rank_by_fitness  6
              sorted  8
                <lambda>  4
          crossover  7
            uniform_mask  9
              random  5
            deepcopy  3
              _deepcopy_list  9
                deepcopy  2
                  _deepcopy_dict  11
                    deepcopy  4
                      _reconstruct  7
          mutate  8
            gauss  10
            clip  5
          dedupe_population  6
            genome_distance  41
              zip  6
            genome_key  7
              tuple  4
          log_generation  1
            dumps  5
              iterencode  7
    _bootstrap
      _bootstrap_inner
        Thread.run
          heartbeat
            send  3
              _send_bytes  2
            wait  1
`);

const evolutionMemory = readDrawnProfile(`
  <module>
    main
      run_evolution
        run_generation
          evaluate_population
            evaluate_fitness
              Strategy.signals
                Indicators.rsi
                  rolling_mean  260
                Indicators.macd
                  ewm  310
                Indicators.bollinger
                  rolling_std  190
              Backtest.run
                Backtest._apply_orders  140
            cached_prices
              loads  420
          crossover
            deepcopy
              _deepcopy_list  210
                deepcopy
                  _deepcopy_dict  170
          dedupe_population
            genome_key  90
              tuple  60
`);

const web = readDrawnProfile(`
  /app/main.py <module>
    /usr/lib/python3.11/site-packages/uvicorn/main.py run
      /usr/lib/python3.11/site-packages/uvicorn/server.py Server.run
        /usr/lib/python3.11/asyncio/runners.py Runner.run  1
          /usr/lib/python3.11/asyncio/base_events.py BaseEventLoop._run_once  6
            /usr/lib/python3.11/selectors.py EpollSelector.select  9
            /usr/lib/python3.11/asyncio/events.py Handle._run  2
              /usr/lib/python3.11/site-packages/starlette/routing.py Router.app  5
                /usr/lib/python3.11/site-packages/starlette/middleware/errors.py ServerErrorMiddleware.__call__  3
                  /usr/lib/python3.11/site-packages/fastapi/routing.py run_endpoint_function  4
                    /app/api/fitness.py post_fitness  8
                      /app/strategy/decode.py decode_genome  17
                      /app/strategy/eval.py evaluate_fitness  26
                        /app/strategy/indicators.py rsi  31
                        /app/strategy/indicators.py ewm  22
                        /usr/lib/python3.11/site-packages/numpy/core/_methods.py _mean  12
                      /app/store/results.py save_result  3
                        /usr/lib/python3.11/site-packages/sqlalchemy/orm/session.py Session.commit  7
                          /usr/lib/python3.11/site-packages/psycopg/connection.py Connection.execute  9
                    /app/api/health.py get_health  1
                  /usr/lib/python3.11/site-packages/fastapi/routing.py serialize_response  6
                    /usr/lib/python3.11/site-packages/pydantic/main.py BaseModel.model_dump  14
                    /usr/lib/python3.11/json/encoder.py JSONEncoder.iterencode  11
                /usr/lib/python3.11/site-packages/starlette/requests.py Request.json  2
                  /usr/lib/python3.11/json/decoder.py JSONDecoder.raw_decode  13
`);

const java = readDrawnProfile(`
  java/lang/Thread.run
    java/util/concurrent/ThreadPoolExecutor$Worker.run
      java/util/concurrent/ThreadPoolExecutor.runWorker  1
        io/netty/util/concurrent/SingleThreadEventExecutor$4.run  1
          io/netty/channel/nio/NioEventLoop.run  6
            io/netty/channel/nio/NioEventLoop.processSelectedKey  4
              com/linecorp/armeria/server/HttpServerHandler.channelRead  5
                com/acme/prices/api/PriceService.latest  7
                  com/acme/prices/store/BarStore.range  23
                    com/acme/prices/store/ColumnFile.read  31
                      java/util/zip/Inflater.inflate  44
                      java/nio/Bits.copyMemory  9
                    com/acme/prices/store/BarStore.merge  18
                      java/util/ArrayList.add  6
                      java/util/TimSort.sort  12
                  com/fasterxml/jackson/databind/ObjectMapper.writeValue  5
                    com/fasterxml/jackson/core/json/WriterBasedJsonGenerator.writeNumber  27
        com/acme/prices/feed/FeedReader.run  3
          com/acme/prices/feed/TickParser.parse  38
            java/lang/String.split  14
            java/lang/Double.parseDouble  29
          com/acme/prices/feed/BarBuilder.add  16
  libjvm.so.G1ParTask::work
    libjvm.so.G1ParScanThreadState::trim_queue  19
`);

const node = readDrawnProfile(`
  node:internal/main/run_main_module:(anonymous):28
    ./src/server.js:main:14
      node:internal/process/task_queues:processTicksAndRejections:95  3
        ./src/routes/dashboard.js:renderDashboard:31  12
          ./src/charts/candles.js:drawCandles:52  34
            ./node_modules/d3-scale/src/linear.js:rescale:9  11
            ./node_modules/d3-shape/src/area.js:area:22  14
          ./src/charts/legend.js:layoutLegend:18  7
          ./node_modules/handlebars/lib/runtime.js:render:77  16
        ./src/gateway/fetch.js:fetchFitness:12  4
          node:internal/deps/undici/undici:fetch:11120  17
          ./node_modules/zod/lib/types.js:parse:154  13
  (garbage collector):gc:0  9
`);

const steady = () => 1;

/// Every series of the demo: a genetic algorithm on eight workers, and three services around it.
export function demoSeries(): DemoSeries[] {
  const all: DemoSeries[] = [];
  for (let worker = 0; worker < 8; worker++) {
    for (const component of ["fitness", "selection"] as const) {
      const labels = {
        service_name: "ga-cluster",
        worker_id: `w${worker}`,
        component,
        version: worker < 4 ? "1.4" : "1.5",
        "ray.node.id": `node-${worker >> 2}`,
      };
      const share = (component === "fitness" ? 1 : 0.18) * (worker === 3 ? 1.6 : worker === 7 ? 0.35 : 1);
      const load = (time: number) =>
        share * (0.85 + 0.25 * wave(time, 37, worker / 8) + 0.1 * wave(time, 5, worker / 3));
      const factor = (name: string, time: number) =>
        name === "genome_distance" ? 0.3 + 1.6 * phase(time, 60) : name === "loads" && worker >= 4 ? 1.2 : 1;
      all.push({ labels, profileType: CPU, samples: evolution, unit: 10e6, load, factor });
      all.push({ labels, profileType: WALL, samples: evolution, unit: 14e6, load: () => share, factor });
      all.push({
        labels,
        profileType: ALLOCATED,
        samples: evolutionMemory,
        unit: 65_536,
        load,
        factor: steady,
      });
    }
  }
  for (const pod of ["a", "b", "c", "d"]) {
    const labels = { service_name: "fitness-api", pod: `fitness-api-${pod}`, endpoint: "/fitness" };
    const load = (time: number) => 0.5 + 0.4 * wave(time, 22, pod.charCodeAt(0) / 7);
    all.push({ labels, profileType: CPU, samples: web, unit: 20e6, load, factor: steady });
  }
  const prices = { service_name: "market-data", host: "prices-1", region: "eu-west" };
  const pricesLoad = (time: number) => 0.6 + 0.35 * wave(time, 48, 0.2);
  all.push({ labels: prices, profileType: CPU, samples: java, unit: 20e6, load: pricesLoad, factor: steady });
  all.push({
    labels: prices,
    profileType: IN_USE,
    samples: java,
    unit: 1_048_576,
    load: pricesLoad,
    factor: steady,
  });
  const dashboard = { service_name: "dashboard", host: "web-1" };
  all.push({
    labels: dashboard,
    profileType: CPU,
    samples: node,
    unit: 10e6,
    load: (time) => 0.4 + 0.5 * wave(time, 13, 0),
    factor: steady,
  });
  return all;
}

/// 0 to 1, once around in `minutes`.
function wave(timeMillis: number, minutes: number, offset: number): number {
  return 0.5 + 0.5 * Math.sin(2 * Math.PI * (timeMillis / (minutes * 60_000) + offset));
}

/// 0 to 1, then back to 0.
function phase(timeMillis: number, minutes: number): number {
  return (timeMillis / (minutes * 60_000)) % 1;
}
