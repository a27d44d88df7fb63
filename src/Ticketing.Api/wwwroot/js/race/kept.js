import { byId, el, table } from '../dom.js';
import { duration, latency, number } from '../format.js';
import { t, onLanguage } from '../i18n.js';
import { forever } from '../memory.js';
import { oversold, sold } from './verdict.js';
import { saveCsvOf } from './files.js';

const MAX_KEPT = 20;
const MAX_POINTS = 120;

/** Races that this browser keeps under a name, side by side. The server forgets its races when it stops. */
export function keptRaces() {
  let kept = forever.get('races') ?? [];
  byId('kept-csv').addEventListener('click', () => saveCsvOf('races.csv', kept));
  onLanguage(render);
  return { keep, find: name => kept.find(one => one.name === name)?.race };

  /** Keeps a race, in place of one of the same name. */
  function keep(name, race) {
    const thin = { ...race, lanes: race.lanes.map(lane => ({ ...lane, points: thinned(lane.points) })) };
    store([...kept.filter(one => one.name !== name), { name, race: thin }].slice(-MAX_KEPT));
  }

  function store(next) {
    kept = next;
    forever.set('races', kept);
    render();
  }

  function render() {
    byId('kept').hidden = kept.length === 0;
    const rows = kept.flatMap(({ name, race }) => race.lanes.filter(lane => lane.counted).map((lane, i) => ({ name, race, lane, isFirst: i === 0 })));
    const figure = (title, cell) => ({ title: t(title), cell, number: true });
    byId('kept-table').replaceChildren(table(t('kept.title'), [
      { title: t('kept.name'), cell: ({ name }) => el('a', { href: linkTo(name) }, name), width: 'wide' },
      { title: t('kept.strategy'), cell: ({ lane }) => el('code', {}, lane.strategy), width: 'wide' },
      figure('race.tickets', ({ race }) => number(race.settings.tickets)),
      figure('race.buyers', ({ race }) => number(race.settings.buyers)),
      figure('race.atOnce', ({ race }) => number(race.settings.at_once)),
      figure('kept.sold', ({ lane }) => number(sold(lane))),
      figure('figures.oversold', ({ lane, race }) => el('span', { class: oversold(lane, race.settings) > 0 ? 'figure-bad' : null }, number(oversold(lane, race.settings)))),
      figure('figures.busy', ({ lane }) => number(lane.busy)),
      figure('figures.p50', ({ lane }) => latency(lane.p50_ms)),
      figure('figures.p95', ({ lane }) => latency(lane.p95_ms)),
      figure('figures.time', ({ lane }) => duration(lane.seconds)),
      { title: '', width: 'wide', cell: ({ name, isFirst }) => isFirst
        ? el('button', { type: 'button', class: 'btn btn-outline-secondary btn-sm', 'aria-label': t('kept.remove.label', { name }), click: () => remove(name) }, t('kept.remove')) : '' },
    ], rows));
  }

  function remove(name) {
    store(kept.filter(one => one.name !== name));
    (byId('kept').hidden ? byId('race-title') : byId('kept-title')).focus(); // the button is gone
  }
}

/** The address that opens a kept race. */
export const linkTo = name => `#race/kept/${encodeURIComponent(name)}`;

function thinned(points) {
  const step = Math.ceil(points.length / MAX_POINTS);
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}
