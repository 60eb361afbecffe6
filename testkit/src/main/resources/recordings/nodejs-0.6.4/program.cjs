// The recorded program: a genetic algorithm's two components under labels, with the wall and heap profilers on.
//   node program.cjs SERVER_URL [SECONDS]
const Pyroscope = require('@pyroscope/nodejs').default;

const [serverAddress, seconds = '22'] = process.argv.slice(2);

Pyroscope.init({
  appName: 'genetic-worker-node',
  serverAddress,
  tags: { worker_id: 'n1', strategy_type: 'moving_average' },
  flushIntervalMs: 5000,
  wall: { collectCpuTime: true },
});
Pyroscope.start();

function evaluateFitness(prices, window) {
  let total = 0;
  for (let end = window; end < prices.length; end++) {
    let sum = 0;
    for (let at = end - window; at < end; at++) sum += prices[at];
    total += prices[end] > sum / window ? 1 : -1;
  }
  return total;
}

function evolvePopulation(population) {
  return population.map((window) => ({ window: 2 + ((window.window * 7 + 3) % 60), history: new Array(400).fill(window) }));
}

const prices = Array.from({ length: 4000 }, (_, index) => 100 + Math.sin(index / 17) * 10 + (index % 13));
let population = Array.from({ length: 50 }, (_, index) => ({ window: index + 2, history: [] }));
let generation = 0;
const deadline = Date.now() + Number(seconds) * 1000;

function runGeneration() {
  Pyroscope.wrapWithLabels({ component: 'fitness_evaluation' }, () => {
    for (const individual of population) evaluateFitness(prices, individual.window);
  });
  Pyroscope.wrapWithLabels({ component: 'population_evolution', generation: generation % 3 }, () => {
    for (let round = 0; round < 200; round++) evolvePopulation(population);
  });
  generation++;
  if (Date.now() < deadline) setTimeout(runGeneration, 5);
  else Pyroscope.stop().then(() => process.exit(0));
}

runGeneration();
