import { byId, el, setText } from '../dom.js';
import { milliseconds, number, seconds } from '../format.js';
import { t, onLanguage } from '../i18n.js';
import { wholeNumber, showError, focusFirstError } from '../fields.js';
import { failure } from '../messages.js';
import { chosenIn, markUnavailable, onAvailability, renderChoices, strategies } from '../strategies.js';
import { newLane, percentile, run } from './runner.js';
import { stockChart } from './chart.js';
import { headline, outcome, reason } from './verdict.js';

const MAX_TICKETS = 10_000;
const MAX_BUYERS = 2_000;
const MAX_QUANTITY = 10;

/** Chooses strategies, runs them against each other, and says what happened and why. */
export function raceView() {
  const form = byId('race-form');
  const grid = byId('race-strategies');
  const chart = stockChart(byId('chart'));

  /** @type {{lanes: object[], settings: object|null, stop: AbortController|null, isDone: boolean}} */
  const state = { lanes: [], settings: null, stop: null, isDone: false };
  let chosen = ['naive', 'batched'];

  grid.addEventListener('change', () => { chosen = chosenIn(grid); });
  form.addEventListener('submit', start);
  byId('stop').addEventListener('click', () => state.stop?.abort());
  onLanguage(() => {
    renderChoices(grid, 'checkbox', 'race', chosen);
    render();
  });
  onAvailability(() => {
    chosen = chosenIn(grid);
    renderChoices(grid, 'checkbox', 'race', chosen);
  });
  return { show: () => chart.resize() };

  async function start(event) {
    event.preventDefault();
    if (state.stop) return;
    const settings = readSettings();
    if (!settings) return focusFirstError(form);
    const lanes = strategies.filter(strategy => chosen.includes(strategy)).map(strategy => newLane(strategy, settings));
    Object.assign(state, { lanes, settings, stop: new AbortController(), isDone: false });
    render();
    byId('race-results').scrollIntoView({ block: 'start', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    watch();
    await run(lanes, settings, state.stop.signal);
    Object.assign(state, { stop: null, isDone: true });
    for (const lane of lanes) if (lane.unavailable) markUnavailable(lane.strategy, lane.unavailable);
    chosen = chosenIn(grid).filter(strategy => !lanes.some(lane => lane.strategy === strategy && lane.unavailable));
    renderChoices(grid, 'checkbox', 'race', chosen);
    render();
  }

  /** Draws as often as the screen does, as long as the race runs. */
  function watch() {
    if (!state.stop) return;
    renderLanes();
    requestAnimationFrame(watch);
  }

  function readSettings() {
    const tickets = wholeNumber('race-tickets', 1, MAX_TICKETS);
    const buyers = wholeNumber('race-buyers', 1, MAX_BUYERS);
    const quantity = wholeNumber('race-quantity', 1, MAX_QUANTITY);
    showError('race-strategies', chosen.length ? '' : t('field.strategies'));
    if (!tickets || !buyers || !quantity || !chosen.length) return null;
    return {
      tickets, buyers, quantity,
      together: form.elements.mode.value === 'together',
      name: strategy => t('race.eventName', { strategy }),
    };
  }

  function render() {
    const isRunning = state.stop !== null;
    byId('race-fields').disabled = isRunning;
    byId('run').setAttribute('aria-disabled', isRunning);
    setText(byId('run'), t(isRunning ? 'race.running' : state.isDone ? 'race.again' : 'race.run'));
    byId('stop').hidden = !isRunning;
    byId('race-results').hidden = state.lanes.length === 0;
    renderVerdict();
    if (state.lanes.length) renderLanes();
  }

  function renderVerdict() {
    const { lanes, settings, isDone } = state;
    const box = byId('verdict');
    box.hidden = !isDone;
    if (!isDone) return box.replaceChildren();
    const failed = lanes.find(lane => lane.error);
    const ran = lanes.filter(lane => lane.truth);
    box.classList.toggle('verdict-bad', ran.some(lane => lane.truth.oversold > 0));
    box.replaceChildren(
      ...failed ? [failure(failed.error)] : [],
      ...ran.length ? [
        el('h2', {}, headline(ran)),
        el('ul', {}, ...ran.map(lane => el('li', { class: `strategy-${lane.strategy}` },
          el('strong', {}, outcome(lane, settings)), ' ', reason(lane)))),
      ] : []);
  }

  function renderLanes() {
    const { lanes, settings, isDone } = state;
    const asked = lanes.reduce((sum, lane) => sum + lane.answered, 0);
    const all = settings.buyers * lanes.filter(lane => !lane.unavailable).length;
    setText(byId('race-progress'), t('race.progress', { answered: number(asked), buyers: number(all) }));
    byId('legend').replaceChildren(...lanes.filter(lane => lane.eventId).map(lane =>
      el('span', { class: `swatch-name strategy-${lane.strategy}` }, el('code', {}, lane.strategy))));
    chart.draw(lanes.filter(lane => lane.eventId), settings.tickets);
    if (isDone) byId('chart').setAttribute('aria-label', lanes.filter(lane => lane.truth).map(lane => outcome(lane, settings)).join(' ') || t('race.chart'));
    else byId('chart').setAttribute('aria-label', t('race.chart'));
    byId('lanes').replaceChildren(...[...lanes].sort((a, b) => Boolean(a.unavailable) - Boolean(b.unavailable)).map(lane => card(lane, settings)));
  }

  function card(lane, settings) {
    if (lane.unavailable) {
      return el('article', { class: `lane lane-off strategy-${lane.strategy}` },
        el('h3', {}, el('code', {}, lane.strategy)), el('p', {}, t('strategy.unavailable', { reason: lane.unavailable })));
    }
    const sold = lane.truth?.tickets_sold ?? lane.sold;
    const oversold = lane.truth?.oversold ?? Math.max(0, lane.sold - lane.tickets);
    const isOver = oversold > 0;
    const figure = (name, value, tone) => el('div', { class: tone }, el('dt', {}, t(`figures.${name}`)), el('dd', { 'data-figure': name }, value));
    const latency = share => {
      const value = percentile(lane.latencies, share);
      return value === null ? '–' : milliseconds(value);
    };
    return el('article', { class: `lane strategy-${lane.strategy}${isOver ? ' lane-over' : ''}`, 'data-lane': lane.strategy },
      el('h3', {}, el('code', {}, lane.strategy), lane.truth ? el('span', { class: `tag ${isOver ? 'tag-bad' : 'tag-ok'}` }, t(isOver ? 'lane.oversold' : 'lane.held')) : null),
      el('p', { class: 'lane-sold' }, el('b', { 'data-figure': 'sold' }, number(sold)), el('span', {}, t('lane.of', { tickets: number(lane.tickets) }))),
      progress(lane, settings),
      el('dl', { class: 'lane-figures' },
        figure('oversold', number(oversold), isOver ? 'figure-bad' : null),
        figure('refused', number(lane.refused)),
        figure('busy', number(lane.busy)),
        ...lane.failed > 0 ? [figure('failed', number(lane.failed), 'figure-bad')] : [],
        figure('p50', latency(0.5)),
        figure('p95', latency(0.95)),
        figure('time', lane.seconds > 0 ? `${seconds(lane.seconds)} s` : '–')),
      lane.truth && lane.truth.tickets_sold !== lane.sold
        ? el('p', { class: 'muted' }, t('lane.differs', { server: number(lane.truth.tickets_sold), page: number(lane.sold) })) : null);
  }

  function progress(lane, { buyers }) {
    const svg = 'http://www.w3.org/2000/svg';
    const bar = document.createElementNS(svg, 'svg');
    bar.setAttribute('class', 'lane-progress');
    bar.setAttribute('aria-hidden', 'true');
    const fill = document.createElementNS(svg, 'rect');
    fill.setAttribute('height', '100%');
    fill.setAttribute('width', `${100 * lane.asked / buyers}%`);
    bar.append(fill);
    return bar;
  }
}
