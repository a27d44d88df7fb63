import { list, number } from '../format.js';
import { t } from '../i18n.js';

/** One sentence on the whole race. @param {object[]} lanes those that ran to the end */
export function headline(lanes) {
  const over = lanes.filter(lane => lane.truth.oversold > 0);
  const held = lanes.filter(lane => lane.truth.oversold === 0);
  const tickets = over.reduce((sum, lane) => sum + lane.truth.oversold, 0);
  if (over.length && held.length) return t('verdict.mixed', { over: names(over), held: names(held), tickets });
  if (over.length) return t('verdict.over', { over: names(over), tickets });
  return held.length === 1 ? t('verdict.one', { held: names(held) }) : t('verdict.held', { held: names(held) });
}

/** What happened to one strategy, in figures of the server. */
export function outcome({ strategy, truth, tickets }) {
  const values = { strategy, sold: number(truth.tickets_sold), tickets: number(tickets) };
  if (truth.oversold > 0) return t('outcome.over', { ...values, oversold: truth.oversold });
  return truth.available_tickets === 0 ? t('outcome.exact', values) : t('outcome.left', { ...values, left: truth.available_tickets });
}

/** Why. A race that the buyers did not decide says so. */
export function reason({ strategy, truth, refused }) {
  if (truth.oversold > 0) return t('why.oversold');
  if (truth.available_tickets > 0 && refused === 0) return t('why.enough');
  return strategy === 'naive' ? t('why.lucky') : t(`why.${strategy}`);
}

const names = lanes => list(lanes.map(lane => lane.strategy));
