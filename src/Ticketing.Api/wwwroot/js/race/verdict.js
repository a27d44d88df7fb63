import { list, number } from '../format.js';
import { t } from '../i18n.js';

/** Tickets sold, as the database counts them, or until then by what the buyers were told. */
export const sold = lane => lane.counted?.tickets_sold ?? lane.sold;

/** Tickets sold beyond the total. */
export const oversold = (lane, settings) => lane.counted?.oversold ?? Math.max(0, lane.sold - settings.tickets);

/** One sentence on the whole race. @param {object[]} lanes those that were counted */
export function headline(lanes) {
  const over = lanes.filter(lane => oversold(lane) > 0);
  const held = lanes.filter(lane => oversold(lane) === 0);
  const tickets = over.reduce((sum, lane) => sum + oversold(lane), 0);
  if (over.length && held.length) return t('verdict.mixed', { over: names(over), held: names(held), tickets });
  if (over.length) return t('verdict.over', { over: names(over), tickets });
  return held.length === 1 ? t('verdict.one', { held: names(held) }) : t('verdict.held', { held: names(held) });
}

/** What happened to one strategy, as the database counts. */
export function outcome(lane, { tickets }) {
  const { strategy, counted } = lane;
  const values = { strategy, sold: number(counted.tickets_sold), tickets: number(tickets) };
  if (counted.oversold > 0) return t('outcome.over', { ...values, oversold: counted.oversold });
  return counted.available_tickets === 0 ? t('outcome.exact', values) : t('outcome.left', { ...values, left: counted.available_tickets });
}

/** Why. A race that the buyers did not decide says so. */
export function reason({ strategy, counted, refused, busy, failed }) {
  if (counted.oversold > 0) return t('why.oversold');
  if (busy + failed > 0 && refused === 0) return t('why.failed');
  if (counted.available_tickets > 0 && refused === 0) return t('why.enough');
  return strategy === 'naive' ? t('why.lucky') : t(`why.${strategy}`);
}

const names = lanes => list(lanes.map(lane => lane.strategy));
