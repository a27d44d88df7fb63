import { getRace, listFaults, stopRace } from '../api.js';
import { byId, el, setText, svg } from '../dom.js';
import { duration, latency, number } from '../format.js';
import { t, onLanguage } from '../i18n.js';
import { wholeNumber, showError, showServerErrors, focusFirstError } from '../fields.js';
import { failure, message } from '../messages.js';
import { chosenIn, onAvailability, renderChoices, strategies } from '../strategies.js';
import { follow, run } from './runner.js';
import { stockChart } from './chart.js';
import { saveCsv, saveJson } from './files.js';
import { keptRaces, linkTo } from './kept.js';
import { raceStory } from './story.js';
import { headline, outcome, oversold, reason, sold } from './verdict.js';

const MAX_TICKETS = 10_000;
const MAX_BUYERS = 2_000;
const MAX_QUANTITY = 10;
const KEPT = 'kept/';
const fieldIds = { strategies: 'race-strategies', tickets: 'race-tickets', buyers: 'race-buyers', quantity: 'race-quantity', at_once: 'race-at-once' };

/** Chooses strategies, lets the server race them against each other, and says what happened and why. */
export function raceView() {
  const form = byId('race-form');
  const grid = byId('race-strategies');
  const chart = stockChart(byId('chart'));
  const story = raceStory();
  const kept = keptRaces();

  /** @type {{race: object|null, isRunning: boolean, isClosed: boolean, error: Error|null}} */
  const state = { race: null, isRunning: false, isClosed: false, error: null };
  let chosen = ['naive', 'batched'];
  let isDrawn = true;

  grid.addEventListener('change', () => { chosen = chosenIn(grid); });
  form.addEventListener('submit', start);
  byId('stop').addEventListener('click', stop);
  byId('race-json').addEventListener('click', () => saveJson(state.race));
  byId('race-csv').addEventListener('click', () => saveCsv(state.race));
  byId('keep-form').addEventListener('submit', keep);
  onLanguage(() => {
    renderChoices(grid, 'checkbox', 'race', chosen);
    render();
  });
  onAvailability(() => {
    chosen = chosenIn(grid);
    renderChoices(grid, 'checkbox', 'race', chosen);
  });
  return { show };

  /** @param {string} [which] the id of a race that the server remembers, or kept/ and the name of one that this browser keeps */
  function show(which) {
    chart.resize();
    learnWhetherClosed();
    if (!which || state.isRunning) return;
    if (which.startsWith(KEPT)) reopenKept(nameIn(which.slice(KEPT.length)));
    else if (Number(which) !== state.race?.race_id) reopen(which);
  }

  /** Asked before anybody fills in the form. Whoever may cause faults may also start races. */
  async function learnWhetherClosed() {
    try {
      await listFaults();
    } catch (error) {
      if (error.code !== 'lab_closed') return;
      Object.assign(state, { isClosed: true, error });
      render();
    }
  }

  async function reopenKept(name) {
    const race = kept.find(name);
    story.hide();
    Object.assign(state, { race: race ?? null, error: null });
    render();
    if (!race) {
      byId('race-answer').replaceChildren(message('warn', t('kept.missing.title'), t('kept.missing.text', { name })));
      return showAnswer();
    }
    byId('keep-name').value = name;
    try {
      if ((await getRace(race.race_id)).started_at === race.started_at && state.race === race) story.show(race);
    } catch {
      // The server has forgotten it, and with it the steps of its buyers.
    }
  }

  function keep(event) {
    event.preventDefault();
    const name = byId('keep-name').value.trim();
    showError('keep-name', name ? '' : t('kept.name.missing'));
    if (!name) return byId('keep-name').focus();
    kept.keep(name, state.race);
    history.replaceState(null, '', linkTo(name));
    byId('kept').scrollIntoView({ block: 'nearest' });
  }

  async function reopen(id) {
    try {
      const race = await getRace(id);
      if (state.isRunning) return; // another one was started meanwhile
      if (race.status === 'running') return await watch(() => follow(id, news));
      news(race);
      render();
      story.show(race);
    } catch (error) {
      Object.assign(state, { race: null, error });
      render();
      showAnswer();
    }
  }

  /** It is below the form. A new view begins at its top, so this is after that. */
  function showAnswer() {
    requestAnimationFrame(() => byId('race-answer').scrollIntoView({ block: 'center' }));
  }

  async function start(event) {
    event.preventDefault();
    if (state.isRunning) return;
    const settings = readSettings();
    if (!settings) return focusFirstError(form);
    state.race = null;
    story.hide();
    await watch(() => run(settings, news));
    if (state.error && showServerErrors(state.error, fieldIds)) {
      state.error = null;
      render();
      focusFirstError(form);
    }
  }

  async function watch(race) {
    Object.assign(state, { isRunning: true, error: null });
    render();
    try {
      await race();
    } catch (error) {
      state.error = error;
    }
    state.isRunning = false;
    render();
    if (state.race) story.show(state.race);
  }

  function news(race) {
    const isFirst = !state.race;
    state.race = race;
    if (isFirst && location.hash.startsWith('#race')) {
      history.replaceState(null, '', `#race/${race.race_id}`); // with which it can be opened again
      render();
      byId('race-results').scrollIntoView({ block: 'start', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    }
    if (!isDrawn) return;
    isDrawn = false;
    requestAnimationFrame(() => {
      isDrawn = true;
      if (state.isRunning) renderRace();
    });
  }

  async function stop() {
    try {
      await stopRace(state.race.race_id);
    } catch (error) {
      state.error = error;
      render();
    }
  }

  function readSettings() {
    const tickets = wholeNumber('race-tickets', 1, MAX_TICKETS);
    const buyers = wholeNumber('race-buyers', 1, MAX_BUYERS);
    const quantity = wholeNumber('race-quantity', 1, MAX_QUANTITY);
    const atOnce = wholeNumber('race-at-once', 1, MAX_BUYERS);
    showError('race-strategies', chosen.length ? '' : t('field.strategies'));
    if (!tickets || !buyers || !quantity || !atOnce || !chosen.length) return null;
    return {
      strategies: strategies.filter(strategy => chosen.includes(strategy)),
      tickets, buyers, quantity, at_once: atOnce, together: form.elements.mode.value === 'together',
    };
  }

  function render() {
    const { race, isRunning, isClosed, error } = state;
    byId('race-fields').disabled = isRunning || isClosed;
    byId('run').hidden = isClosed;
    byId('run').setAttribute('aria-disabled', isRunning);
    setText(byId('run'), t(isRunning ? 'race.running' : race ? 'race.again' : 'race.run'));
    byId('stop').hidden = !isRunning || !race;
    byId('race-results').hidden = !race;
    byId('race-files').hidden = byId('keep-form').hidden = !race || isRunning;
    byId('race-answer').replaceChildren(...error ? [failure(error)] : race?.status === 'failed' ? [message('bad', t('race.failed.title'), t('race.failed.text'))] : []);
    renderVerdict();
    if (race) renderRace();
  }

  function renderVerdict() {
    const { race, isRunning } = state;
    const box = byId('verdict');
    const counted = race && !isRunning ? race.lanes.filter(lane => lane.counted) : [];
    box.hidden = counted.length === 0;
    box.classList.toggle('verdict-bad', counted.some(lane => oversold(lane) > 0));
    box.replaceChildren(...counted.length ? [
      el('h2', {}, headline(counted)),
      el('ul', {}, ...counted.map(lane => el('li', { class: `strategy-${lane.strategy}` },
        el('strong', {}, outcome(lane, race.settings)), ' ', reason(lane)))),
    ] : []);
  }

  function renderRace() {
    byId('race-results').hidden = false;
    const { lanes, settings } = state.race;
    const begun = lanes.filter(lane => lane.points.length);
    const sum = name => number(lanes.reduce((total, lane) => total + lane[name], 0));
    setText(byId('race-progress'), t('race.progress', { answered: sum('answered'), buyers: number(settings.buyers * lanes.length) }));
    byId('legend').replaceChildren(...begun.map(lane =>
      el('span', { class: `swatch-name strategy-${lane.strategy}` }, el('code', {}, lane.strategy))));
    chart.draw(begun, settings.tickets);
    byId('chart').setAttribute('aria-label', lanes.filter(lane => lane.counted).map(lane => outcome(lane, settings)).join(' ') || t('race.chart'));
    byId('lanes').replaceChildren(...lanes.map(lane => card(lane, settings)));
  }

  function card(lane, settings) {
    const isOver = oversold(lane, settings) > 0;
    const figure = (name, value, tone) => el('div', { class: tone }, el('dt', {}, t(`figures.${name}`)), el('dd', { 'data-figure': name }, value));
    const tag = !lane.counted ? ['', lane.asked > 0 ? 'lane.racing' : 'lane.waiting'] : isOver ? ['tag-bad', 'lane.oversold'] : ['tag-ok', lane.strategy === 'naive' ? 'lane.lucky' : 'lane.held'];
    return el('article', { class: `lane strategy-${lane.strategy}${isOver ? ' lane-over' : ''}`, 'data-lane': lane.strategy },
      el('h3', {}, el('code', {}, lane.strategy), lane.counted || state.isRunning ? el('span', { class: `tag ${tag[0]}` }, t(tag[1])) : null),
      el('p', { class: 'lane-sold' }, el('b', { 'data-figure': 'sold' }, number(sold(lane))), el('span', {}, t('lane.of', { tickets: number(settings.tickets) }))),
      lane.counted ? null : progress(lane, settings),
      el('dl', { class: 'lane-figures' },
        figure('oversold', number(oversold(lane, settings)), isOver ? 'figure-bad' : null),
        figure('refused', number(lane.refused)),
        figure('busy', number(lane.busy)),
        ...lane.failed > 0 ? [figure('failed', number(lane.failed), 'figure-bad')] : [],
        figure('p50', latency(lane.p50_ms)),
        figure('p95', latency(lane.p95_ms)),
        figure('time', lane.seconds > 0 ? duration(lane.seconds) : '–')),
      lane.counted && lane.counted.tickets_sold !== lane.sold
        ? el('p', { class: 'muted' }, t('lane.differs', { server: number(lane.counted.tickets_sold), buyers: number(lane.sold) })) : null);
  }

  function progress(lane, { buyers }) {
    return svg('svg', { class: 'lane-progress', 'aria-hidden': 'true' }, svg('rect', { height: '100%', width: `${100 * lane.answered / buyers}%` }));
  }
}

/** An address that somebody has cut off may be no text. */
function nameIn(address) {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
