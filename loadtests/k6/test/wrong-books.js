// A scenario whose books cannot agree: it believes in more tickets than it put on sale. For the tests of the check itself.

import { HIGH } from '../lib/mix.js';
import { closeSale, openSale, summaryOf, thresholds, visit } from '../lib/sale.js';

export const options = { scenarios: { wrong: {} }, thresholds: thresholds({}) };
export const setup = () => ({ ...openSale(100), tickets: 101 });
export default sale => visit(sale, HIGH);
export const teardown = closeSale;
export const handleSummary = summaryOf('wrong books');
