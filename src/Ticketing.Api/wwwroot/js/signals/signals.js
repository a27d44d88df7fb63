import { metrics, Problem } from '../api.js';
import { byId, el, svg } from '../dom.js';
import { milliseconds, number } from '../format.js';
import { t, onLanguage } from '../i18n.js';
import { failure, message } from '../messages.js';
import { faultsPanel } from './faults.js';
import { parse, quantile, total } from './scrape.js';

const PERIOD_MS = 1000;
const POINTS = 120;

/** Rates and quantiles are of the last so many readings, as a single second has too few requests. */
const WINDOW = 10;

const isError = ({ status }) => /^[45]/.test(status);
const percent = value => `${number(Math.round(value))} %`;
const perSecond = value => t('signal.perSecond', { value: number(Math.round(value * 10) / 10) });

/**
 * What is shown, with the limits of the alerts: above warn it is a warning, above bad it is bad. The eight metrics first.
 * @type {{id: string, read: (now: object[], before: object[], seconds: number) => number|null, show: (value: number) => string, warn?: number, bad?: number}[]}
 */
const SIGNALS = [
  { id: 'rate', read: (now, before, seconds) => rate(now, before, seconds, 'http_requests_total'), show: perSecond, warn: 800, bad: 1000 },
  { id: 'p50', read: (now, before) => inMs(quantile(before, now, 'http_request_duration_seconds', 0.5)), show: milliseconds, warn: 500, bad: 3000 },
  { id: 'p95', read: (now, before) => inMs(quantile(before, now, 'http_request_duration_seconds', 0.95)), show: milliseconds, warn: 1000, bad: 3000 },
  { id: 'errors', read: (now, before, seconds) => errors(now, before, seconds), show: percent, warn: 1, bad: 5 },
  { id: 'cpu', read: now => total(now, 'backend_cpu_usage_percent'), show: percent, warn: 80, bad: 95 },
  { id: 'database', read: (now, before) => inMs(quantile(before, now, 'db_query_duration_seconds', 0.95)), show: milliseconds, warn: 100, bad: 500 },
  { id: 'inProgress', read: now => total(now, 'http_requests_inprogress', ({ handler }) => handler === '/book'), show: number, warn: 200, bad: 400 },
  { id: 'tickets', read: now => newest(now, 'tickets_remaining'), show: number },
  { id: 'memory', read: now => total(now, 'backend_memory_usage_bytes') / 1024 / 1024, show: value => `${number(Math.round(value))} MB`, warn: 400, bad: 500 },
  { id: 'queue', read: now => total(now, 'http_request_queue_depth'), show: number, warn: 50, bad: 200 },
  { id: 'pool', read: now => 100 * (total(now, 'db_connection_pool_utilization') ?? 0), show: percent, warn: 80, bad: 95 },
];

/** The system's own signals, live, from its metrics: what a dashboard would show, for those who have none. @param {{grafana_url: string|null}} config */
export function signalsView(config) {
  const history = new Map(SIGNALS.map(signal => [signal.id, []]));
  let readings = [];
  let timer = 0;
  let isShown = false;
  let error = null;
  const faults = faultsPanel();

  onLanguage(render);
  return {
    show() {
      isShown = true;
      byId('signals-grafana').hidden = !config.grafana_url;
      if (config.grafana_url) byId('signals-grafana').href = config.grafana_url.includes('/d/') ? config.grafana_url : `${config.grafana_url.replace(/\/$/, '')}/d/ticket-booking-metrics`;
      render();
      read();
      faults.show();
    },
    hide() {
      isShown = false;
      clearTimeout(timer);
      faults.hide();
      readings = []; // a rate over the time away would be an average of long ago
    },
  };

  async function read() {
    clearTimeout(timer);
    if (!isShown) return;
    try {
      if (!document.hidden) keep(parse(await metrics()), performance.now());
      error = null;
    } catch (failed) {
      error = failed;
    }
    render();
    if (isShown) timer = setTimeout(read, PERIOD_MS);
  }

  function keep(now, at) {
    const before = readings[0];
    if (before) {
      for (const { id, read: value } of SIGNALS) {
        const points = history.get(id);
        points.push(value(now, before.samples, (at - before.at) / 1000));
        if (points.length > POINTS) points.shift();
      }
    }
    readings = [...readings.slice(1 - WINDOW), { samples: now, at }];
  }

  function render() {
    if (!isShown) return;
    byId('signals-answer').replaceChildren(...!error ? [] : error instanceof Problem && error.status !== 503
      ? [message('warn', t('signals.closed.title'), t('signals.closed.text'))] : [failure(error)]);
    byId('signals-cards').replaceChildren(...SIGNALS.map(card));
  }

  function card(signal) {
    const points = history.get(signal.id);
    const value = points.at(-1) ?? null;
    const tone = toneOf(signal, value);
    return el('article', { class: `signal signal-${tone}`, 'data-signal': signal.id },
      el('h2', {}, t(`signal.${signal.id}`)),
      el('p', { class: 'signal-value' }, value === null ? '–' : signal.show(value), el('span', { class: 'visually-hidden' }, ` ${t(`signal.tone.${tone}`)}`)),
      sparkline(points),
      el('p', { class: 'muted' }, t(`signal.${signal.id}.text`)));
  }
}

function toneOf({ id, warn, bad }, value) {
  if (value === null) return 'none';
  if (id === 'tickets') return value < 0 ? 'bad' : 'ok';
  return warn === undefined || value <= warn ? 'ok' : value <= bad ? 'warn' : 'bad';
}

/** The last two minutes, from left to right; where nothing was measured, the line has a gap. */
function sparkline(points) {
  const [width, height] = [240, 48];
  const known = points.filter(point => point !== null);
  const most = Math.max(1e-9, ...known);
  const least = Math.min(0, ...known);
  const x = i => width * (POINTS - points.length + i) / (POINTS - 1);
  const y = value => 2 + (height - 4) * (most - value) / (most - least);
  const line = points.map((point, i) => point === null ? '' : `${i === 0 || points[i - 1] === null ? 'M' : 'L'}${x(i).toFixed(1)},${y(point).toFixed(1)}`).join('');
  return svg('svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', class: 'sparkline', 'aria-hidden': 'true' }, svg('path', { d: line }));
}

const inMs = seconds => seconds === null ? null : seconds * 1000;

function rate(now, before, seconds, name, wanted) {
  const [last, first] = [total(now, name, wanted), total(before, name, wanted)];
  return last === null || first === null ? null : Math.max(0, last - first) / seconds;
}

/** Without sold out, which is an answer: it is counted with the orders. */
function errors(now, before, seconds) {
  const all = rate(now, before, seconds, 'http_requests_total');
  if (!all) return null;
  const soldOut = rate(now, before, seconds, 'booking_attempts_total', ({ status }) => status === 'sold_out') ?? 0;
  return Math.max(0, 100 * ((rate(now, before, seconds, 'http_requests_total', isError) ?? 0) - soldOut) / all);
}

function newest(samples, name) {
  const found = samples.filter(sample => sample.name === name).sort((a, b) => b.labels.event_id - a.labels.event_id);
  return found[0]?.value ?? null;
}
