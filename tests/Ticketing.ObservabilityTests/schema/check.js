// Checks a dashboard against Grafana's own types: node check.js dashboard.json. What does not fit is written as the TypeScript compiler says it.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';

/** The options of each kind of panel that has types; the others are checked as far as all panels are alike. */
const kinds = { bargauge: 'BarGauge', gauge: 'Gauge', heatmap: 'Heatmap', stat: 'Stat', timeseries: 'TimeSeries' };

const dashboard = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const json = value => JSON.stringify(value, null, 2);
const panels = dashboard.panels.flatMap(panel => [panel, ...panel.panels ?? []]);
const unknown = [...new Set(panels.map(panel => panel.type))].filter(type => !kinds[type] && type !== 'row' && type !== 'alertlist');

// What Grafana writes there, and its types leave to the data source.
const withoutForeign = structuredClone(dashboard);
for (const variable of withoutForeign.templating.list) delete variable.definition;
for (const annotation of withoutForeign.annotations.list) for (const name of ['expr', 'step', 'titleFormat', 'textFormat', 'tagKeys']) delete annotation[name];

const source = [
  "import type { Dashboard } from '@grafana/schema';",
  ...Object.entries(kinds).map(([type, name]) => `import type * as ${name} from '@grafana/schema/dist/esm/raw/composable/${type}/panelcfg/x/${name}PanelCfg_types.gen';`),
  // JSON has the value of an enumeration, and not its name. What is left out has its default, as in what Grafana itself exports.
  'type Json<T> = T extends string ? `${T}` : T extends object ? { [K in keyof T]?: Json<T[K]> } : T;',
  `export const dashboard: Json<Dashboard> = ${json(withoutForeign)};`,
  ...panels.filter(panel => kinds[panel.type]).flatMap(panel => {
    const kind = kinds[panel.type];
    const { custom } = panel.fieldConfig.defaults;
    return [
      `/** ${panel.title} */ export const options${panel.id}: Json<${kind}.Options> = ${json(panel.options)};`,
      ...custom ? [`/** ${panel.title} */ export const field${panel.id}: Json<${kind}.FieldConfig> = ${json(custom)};`] : [],
    ];
  }),
].join('\n');

const file = resolve('dashboard.ts');
const options = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, skipLibCheck: true, types: [] };
const host = ts.createCompilerHost(options);
const { getSourceFile, fileExists, readFile } = host;
host.getSourceFile = (name, ...rest) => name === file ? ts.createSourceFile(name, source, options.target) : getSourceFile.call(host, name, ...rest);
host.fileExists = name => name === file || fileExists.call(host, name);
host.readFile = name => name === file ? source : readFile.call(host, name);

const problems = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host));
for (const type of unknown) console.error(`No types are known for panels of the kind ${type}.`);
for (const problem of problems) {
  const { line } = problem.file?.getLineAndCharacterOfPosition(problem.start) ?? { line: 0 };
  console.error(`${source.split('\n')[line].trim()}\n  ${ts.flattenDiagnosticMessageText(problem.messageText, '\n  ')}`);
}
process.exit(problems.length || unknown.length ? 1 : 0);
