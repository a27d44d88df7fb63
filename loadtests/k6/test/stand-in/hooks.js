const MODULES = { k6: './k6.js', 'k6/http': './http.js', 'k6/execution': './execution.js', 'k6/metrics': './metrics.js' };

export function resolve(specifier, context, next) {
  return specifier in MODULES ? { url: new URL(MODULES[specifier], import.meta.url).href, shortCircuit: true } : next(specifier, context);
}
