import { storyOf } from './steps.js';

const MOST_BUYERS = 36;
const WIDTH = 600;
const ROW = 8;
const BAR = 6;

/** Thinner than this, nobody sees it. */
const THINNEST = 1.5;

/** One bar for each buyer, from left to right: pale while he waits, then what he reads, then what he writes. The two of the story stand out. */
export function timeline(recorded, pair, label) {
  const others = recorded.buyers.filter(buyer => !pair.includes(buyer)).slice(0, MOST_BUYERS - pair.length);
  const buyers = recorded.buyers.filter(buyer => pair.includes(buyer) || others.includes(buyer)).sort((a, b) => a.from_ms - b.from_ms);
  const from = Math.min(...buyers.map(buyer => buyer.from_ms));
  const scale = WIDTH / Math.max(1, Math.max(...buyers.map(buyer => buyer.to_ms)) - from);
  const svg = shape('svg', { viewBox: `0 0 ${WIDTH} ${buyers.length * ROW}`, class: 'timeline', role: 'img', 'aria-label': label });
  buyers.forEach((buyer, row) => {
    const bar = (start, end, kind) => svg.append(shape('rect', {
      x: (start - from) * scale, y: row * ROW + 1, width: Math.max(THINNEST, (end - start) * scale), height: BAR, class: `bar-${kind}`,
    }));
    if (pair.includes(buyer)) svg.append(shape('rect', { x: 0, y: row * ROW, width: WIDTH, height: ROW, class: 'bar-pair' }));
    bar(buyer.from_ms, buyer.to_ms, 'wait');
    for (const step of storyOf(buyer, recorded.statements)) {
      if (step.kind === 'read' || step.kind === 'lock') bar(step.to - THINNEST / scale, step.to, 'read');
      else if (['take', 'book', 'commit', 'batch'].includes(step.kind)) bar(step.from, step.to, 'write');
    }
  });
  return svg;
}

function shape(name, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}
