import { el, svg } from '../dom.js';
import { milliseconds, number } from '../format.js';
import { t } from '../i18n.js';
import { storyOf } from './steps.js';

const MOST_BUYERS = 36;
const WIDTH = 600;
const ROW = 8;
const BAR = 6;

/** Thinner than this, nobody sees it. */
const THINNEST = 1.5;

/** One bar for each buyer, from left to right: pale while he waits, black where he reads, coloured where he writes. The two of the story stand out. Below it, the time. */
export function timeline(recorded, pair, label) {
  const step = Math.max(1, recorded.buyers.length / (MOST_BUYERS - pair.length)); // evenly, so that the picture has the whole race
  const others = new Set(Array.from({ length: Math.min(MOST_BUYERS - pair.length, recorded.buyers.length) }, (_, i) => recorded.buyers[Math.floor(i * step)]));
  const buyers = recorded.buyers.filter(buyer => pair.includes(buyer) || others.has(buyer)).sort((a, b) => a.from_ms - b.from_ms);
  const from = Math.min(...buyers.map(buyer => buyer.from_ms));
  const took = Math.max(1, Math.max(...buyers.map(buyer => buyer.to_ms)) - from);
  const scale = WIDTH / took;
  const picture = svg('svg', { viewBox: `0 0 ${WIDTH} ${buyers.length * ROW}`, class: 'timeline', role: 'img', 'aria-label': label });
  buyers.forEach((buyer, row) => {
    const bar = (start, end, kind) => picture.append(svg('rect', {
      x: (start - from) * scale, y: row * ROW + 1, width: Math.max(THINNEST, (end - start) * scale), height: BAR, class: `bar-${kind}`,
    }));
    if (pair.includes(buyer)) picture.append(svg('rect', { x: 0, y: row * ROW, width: WIDTH, height: ROW, class: 'bar-pair' }));
    bar(buyer.from_ms, buyer.to_ms, 'wait');
    for (const part of storyOf(buyer, recorded.statements)) {
      if (part.kind === 'read' || part.kind === 'lock') bar(part.to - THINNEST / scale, part.to, 'read');
      else if (['take', 'book', 'commit', 'batch'].includes(part.kind)) bar(part.from, part.to, 'write');
    }
  });
  return [picture, el('p', { class: 'timeline-axis muted' },
    el('span', {}, milliseconds(0)), el('span', {}, t('story.picture.some', { shown: number(buyers.length), all: number(recorded.buyers.length) })), el('span', {}, milliseconds(took)))];
}
