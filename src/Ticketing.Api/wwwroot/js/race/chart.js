import { svg } from '../dom.js';
import { number } from '../format.js';

const HEIGHT = 300;
const FEW_PIXELS = 500;
const SHORTEST_SECONDS = 0.5;

/** Room below the lowest point, as a share of its depth. */
const BELOW_ZERO = 1.5;

/**
 * Draws the stock of each strategy over the time of the race; below zero are tickets that do not exist. By uPlot where it was restored, else by
 * a plain drawing.
 */
export function stockChart(box) {
  let uPlot = null;
  let plot = null;
  let shown = '';
  let seconds = SHORTEST_SECONDS;
  let drawn = null;
  import('../../lib/uplot/uPlot.esm.js').then(module => {
    uPlot = module.default;
    redraw();
  }, () => {});
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  new ResizeObserver(resize).observe(box);
  return { draw, resize };

  function draw(lanes, tickets) {
    drawn = { lanes, tickets };
    seconds = Math.max(SHORTEST_SECONDS, ...lanes.map(lane => lane.seconds));
    if (!uPlot) return drawPlainly(box, lanes, tickets, seconds);
    const names = lanes.map(lane => lane.strategy).join();
    if (!plot || names !== shown) make(lanes);
    shown = names;
    plot.setData(uPlot.join(lanes.map(columns).concat([[[0], [tickets]]])));
  }

  function redraw() {
    plot?.destroy();
    plot = null;
    box.replaceChildren();
    if (drawn) draw(drawn.lanes, drawn.tickets);
  }

  function resize() {
    if (plot && box.clientWidth > 0) plot.setSize({ width: box.clientWidth, height: HEIGHT });
  }

  function make(lanes) {
    plot?.destroy();
    box.replaceChildren();
    const css = getComputedStyle(document.documentElement);
    const color = name => css.getPropertyValue(name).trim();
    const axis = { stroke: color('--muted'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false }, font: '12px Inter, system-ui, sans-serif' };
    plot = new uPlot({
      width: box.clientWidth || FEW_PIXELS,
      height: HEIGHT,
      padding: [12, 28, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: () => [0, seconds] }, y: { range: (u, min, max) => [Math.min(0, min * BELOW_ZERO), max] } },
      axes: [{ ...axis, size: 34, values: (u, ticks) => ticks.map(tick => `${number(tick)} s`) }, { ...axis, size: 48 }],
      hooks: { drawClear: [u => shadeBelowZero(u, color('--bad-tint'), color('--bad'))] },
      series: [{}, ...lanes.map(lane => ({
        label: lane.strategy, stroke: color(`--strategy-${lane.strategy}`), width: 2.5, spanGaps: true,
        points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }),
      })), { show: false }],
    }, null, box);
  }
}

/** Times and stocks; of buyers who were answered in the same moment the last counts, as uPlot wants each time once. */
function columns(lane) {
  const byTime = new Map(lane.points);
  return [[...byTime.keys()], [...byTime.values()]];
}

function shadeBelowZero(u, tint, line) {
  const zero = u.valToPos(0, 'y', true);
  const bottom = u.bbox.top + u.bbox.height;
  if (!Number.isFinite(zero) || zero >= bottom - 1) return;
  u.ctx.save();
  u.ctx.fillStyle = tint;
  u.ctx.fillRect(u.bbox.left, zero, u.bbox.width, bottom - zero);
  u.ctx.fillStyle = line;
  u.ctx.fillRect(u.bbox.left, zero - 1, u.bbox.width, 2);
  u.ctx.restore();
}

function drawPlainly(box, lanes, tickets, seconds) {
  const lowest = Math.min(0, ...lanes.map(lane => tickets - lane.sold));
  const x = time => 1000 * time / seconds;
  const y = stock => 300 * (tickets - stock) / (tickets - lowest);
  const picture = svg('svg', { viewBox: '0 0 1000 300', preserveAspectRatio: 'none', class: 'plain-chart' });
  picture.append(svg('rect', { x: 0, y: y(0), width: 1000, height: 300 - y(0), class: 'below-zero' }));
  for (const lane of lanes) {
    picture.append(svg('polyline', { points: steps(lane.points).map(([time, stock]) => `${x(time)},${y(stock)}`).join(' '), class: `strategy-${lane.strategy}` }));
  }
  box.replaceChildren(picture);
}

/** A stock stays as it is until the next answer. */
function steps(points) {
  return points.flatMap(([time, stock], i) => i === 0 ? [[time, stock]] : [[time, points[i - 1][1]], [time, stock]]);
}
