// A search that is profiled by the SDK: evaluates with a label, breeds without one, for some seconds.
//
//   SERVER=http://127.0.0.1:4040 node main.js SECONDS
const Pyroscope = require('@pyroscope/nodejs');

Pyroscope.init({
  serverAddress: process.env.SERVER,
  appName: 'node-search',
  tags: { worker_id: 'n0', region: 'None' },
  flushIntervalMs: 2000,
  wall: { collectCpuTime: true },
});
Pyroscope.start();

function evaluate(population) {
  let sum = 0;
  for (const individual of population) {
    for (const gene of individual) sum += Math.sin(gene) * Math.cos(gene);
  }
  return sum;
}

function breed(population) {
  return population.map((individual) => individual.map((gene) => (gene * 1.01) % 7).sort());
}

async function main() {
  let population = Array.from({ length: 200 }, () => Array.from({ length: 500 }, Math.random));
  const end = Date.now() + 1000 * Number(process.argv[2]);
  while (Date.now() < end) {
    Pyroscope.wrapWithLabels({ component: 'fitness_evaluation' }, () => {
      for (let i = 0; i < 10; i++) evaluate(population);
    });
    population = breed(population);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Pyroscope.stop();
}

main().then(() => process.exit(0));
