import { raceSteps } from '../api.js';
import { byId, el, setText } from '../dom.js';
import { milliseconds, number } from '../format.js';
import { t, onLanguage } from '../i18n.js';
import { findPair, seenBy, storyOf } from './steps.js';
import { oversold } from './verdict.js';
import { timeline } from './timeline.js';

const FIRST_BUYER = 2_000_000_000;

/** A wait that is longer is worth a word. */
const WAIT_MS = 2;

/** Shows how a race was lost, and beside it the same moment with a cure. */
export function raceStory() {
  const panel = byId('story');
  const choice = byId('story-cure');
  let race = null;
  let scenes = [];
  let place = 0;

  choice.addEventListener('change', () => show(race));
  byId('story-next').addEventListener('click', () => go(place + 1));
  byId('story-back').addEventListener('click', () => go(place - 1));
  onLanguage(render);
  return { show, hide };

  function hide() {
    race = null;
    panel.hidden = true;
  }

  /** @param {object} finished a race that is over */
  async function show(finished) {
    const lanes = finished.lanes.filter(lane => lane.counted);
    const lost = lanes.find(lane => oversold(lane) > 0);
    const cures = lost ? lanes.filter(lane => oversold(lane) === 0) : [];
    if (race?.race_id !== finished.race_id) choice.replaceChildren(...cures.map(lane => el('option', { value: lane.strategy }, lane.strategy)));
    race = finished;
    const cure = cures.find(lane => lane.strategy === choice.value) ?? lanes.find(lane => !lost && lane.strategy !== 'naive');
    const shown = await Promise.all([lost, cure].filter(Boolean).map(lane => sceneOf(finished, lane)));
    if (race !== finished) return;
    scenes = shown.filter(Boolean);
    byId('story-cure-field').hidden = cures.length < 2;
    place = Math.max(0, scenes[0]?.steps.findIndex(step => step.saw !== null && step.saw !== undefined) ?? 0); // what comes before the first read explains nothing
    panel.hidden = scenes.length === 0;
    render();
  }

  async function sceneOf({ race_id: id, settings }, lane) {
    try {
      const recorded = await raceSteps(id, lane.strategy);
      const pair = findPair(recorded, settings, oversold(lane) > 0);
      return pair && { lane, recorded, pair, steps: merge(pair, recorded.statements) };
    } catch {
      return null; // the race and its verdict are shown all the same
    }
  }

  function go(to) {
    place = Math.max(0, Math.min(to, longest() - 1));
    render();
  }

  function longest() {
    return Math.max(0, ...scenes.map(scene => scene.steps.length));
  }

  function render() {
    if (panel.hidden) return;
    setText(byId('story-text'), scenes.map(sentence).join(' '));
    byId('story-pictures').replaceChildren(...scenes.map(scene => el('figure', { class: `strategy-${scene.lane.strategy}` },
      el('figcaption', {}, el('code', {}, scene.lane.strategy), ...['wait', 'read', 'write', 'pair'].map(kind => el('span', { class: `key key-${kind}` }, t(`story.key.${kind}`)))),
      ...timeline(scene.recorded, scene.pair, t('story.picture.label', { strategy: scene.lane.strategy })))));
    byId('story-columns').replaceChildren(...scenes.map(column));
    setText(byId('story-place'), t('story.place', { place: number(place + 1), of: number(longest()) }));
    byId('story-back').disabled = place === 0;
    byId('story-next').disabled = place >= longest() - 1;
  }

  /** What is to be seen, in a sentence. */
  function sentence({ lane, pair: [first, second] }) {
    const names = { strategy: lane.strategy, first: nameOf(first), second: nameOf(second), firstSaw: number(seenBy(first) ?? 0), secondSaw: number(seenBy(second) ?? 0) };
    return t(oversold(lane) > 0 ? 'story.lost' : `story.${lane.strategy}`, names);
  }

  function column({ lane, pair, steps }) {
    const now = Math.min(place, steps.length - 1);
    const { sql } = steps[now];
    const began = Math.min(...pair.map(buyer => buyer.from_ms));
    return el('div', { class: `story-column strategy-${lane.strategy}` },
      el('h4', {}, el('code', {}, lane.strategy)),
      el('table', { class: 'story-table' },
        el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, t('story.doneAt')), ...pair.map(buyer => el('th', { scope: 'col' }, nameOf(buyer))))),
        el('tbody', {}, ...steps.slice(0, now + 1).map((step, i) => el('tr', { class: i === now ? 'story-now' : null },
          el('td', {}, milliseconds(step.to - began)),
          ...pair.map((_, who) => el('td', { class: step.who === who ? `story-${step.kind}` : null }, step.who === who ? wordsOf(step) : '')))))),
      sql ? el('pre', { class: 'story-sql', tabindex: '0' }, sql) : null);
  }
}

/** The steps of both buyers, in the order of their ends: that is when a read has its value, and a write is done. */
const merge = (pair, statements) => pair
  .flatMap((buyer, who) => storyOf(buyer, statements).map(step => ({ ...step, who })))
  .filter(step => step.kind !== 'read' || step.saw !== null) // what is read again decides nothing
  .sort((a, b) => a.to - b.to);

function wordsOf({ kind, saw, batch, from, to }) {
  const took = to - from > WAIT_MS ? ` (${milliseconds(to - from)})` : '';
  if (kind === 'begin' && took) return `${t('step.wait.lock')}${took}`;
  if (saw !== null && saw !== undefined) return `${t(kind === 'lock' ? 'step.saw.locked' : 'step.saw', { saw: number(saw) })}${took}`;
  if (kind === 'batch') return t('step.batch', { orders: batch });
  return `${t(`step.${kind}`)}${took}`;
}

const nameOf = buyer => t('story.buyer', { number: number(buyer.user_id - FIRST_BUYER) });
