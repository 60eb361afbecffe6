import assert from "node:assert/strict";
import { test } from "node:test";
import { readFrameName } from "../src/frameName.ts";

/// name | label | module | origin
const drawn = `
  evaluate_fitness | evaluate_fitness | | own
  Population.evolve | Population.evolve | | own
  <module> | <module> | | own
  _bootstrap_inner | _bootstrap_inner | | runtime
  BaseEventLoop._run_once | BaseEventLoop._run_once | | runtime
  ga/population.py dedupe_population | dedupe_population | ga.population | own
  /app/strategy/eval.py Fitness.score | Fitness.score | strategy.eval | own
  /usr/lib/python3/site-packages/numpy/core/_methods.py _mean | _mean | numpy.core._methods | library
  /usr/lib/python3.11/asyncio/runners.py run | run | asyncio.runners | runtime
  <frozen importlib._bootstrap> _find_and_load | _find_and_load | importlib._bootstrap | runtime
  ./src/server.js:main:14 | main | server | own
  ./node_modules/d3-scale/src/linear.js:rescale:9 | rescale | d3-scale | library
  node:internal/timers:processTimers:512 | processTimers | node:internal/timers | runtime
  /app/x.js::7 | (anonymous) | x | own
  java/util/concurrent/ThreadPoolExecutor.runWorker | ThreadPoolExecutor.runWorker | java.util.concurrent | runtime
  com/acme/GenePool.evolve | GenePool.evolve | com.acme | own
  org.apache.kafka.clients.Sender.run | Sender.run | org.apache.kafka.clients | library
  github.com/acme/shop/cart.(*Cart).Add | (*Cart).Add | github.com/acme/shop/cart | own
  runtime.mallocgc | mallocgc | runtime | runtime
  net/http.(*conn).serve | (*conn).serve | net/http | runtime
  golang.org/x/net/http2.(*Framer).ReadFrame | (*Framer).ReadFrame | golang.org/x/net/http2 | library
  std::vector<int, std::allocator<int>>::push_back | vector<…>::push_back | std | runtime
  libc.so.6 | libc.so.6 | | runtime
  other | other | | folded
`;

for (const line of drawn.trim().split("\n")) {
  const [text, label, module, origin] = line.split("|").map((part) => part.trim());
  test(`frameName_${text!.replaceAll(/\s+/g, "·")}_readsAs_${label}`, () => {
    const name = readFrameName(text!);
    assert.deepEqual(
      { label: name.label, module: name.module, origin: name.origin },
      { label, module, origin },
    );
  });
}
