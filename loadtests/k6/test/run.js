// node test/run.js SCRIPT [ITERATIONS]: walks once through a script on a real API without k6: setup, some iterations of each scenario one after the
// other, teardown, summary. It measures nothing; it shows that the script and the API understand each other. Prints the metrics as JSON.

import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

register('./stand-in/hooks.js', import.meta.url);
globalThis.__ENV = process.env;

const [script, iterations = '20'] = process.argv.slice(2);
const { recorded } = await import('./stand-in/metrics.js');
const { default: execution } = await import('./stand-in/execution.js');
const test = await import(pathToFileURL(resolve(script)));

const sale = test.setup();
for (const [name, { exec }] of Object.entries(test.options.scenarios ?? { default: {} })) {
  execution.scenario.name = name;
  for (let i = 0; i < Number(iterations); i++) {
    execution.vu.idInTest = i + 1;
    (exec ? test[exec] : test.default)(sale);
  }
}

test.teardown(sale);
const { stdout } = test.handleSummary({ metrics: {}, state: { testRunDurationMs: 1000 } });
console.log(JSON.stringify({ recorded, summary: stdout.trim().split('\n')[0], thresholds: Object.keys(test.options.thresholds) }));
