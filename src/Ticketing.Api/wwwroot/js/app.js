import { byId, el } from './dom.js';
import { useApi, setup } from './api.js';
import { startLanguages, onLanguage, t } from './i18n.js';
import { failure } from './messages.js';
import { saleView } from './sale/sale.js';
import { setupView } from './setup.js';
import { startAccess } from './access.js';
import { startRole } from './role.js';
import { learnAvailability } from './strategies.js';
import { raceView } from './race/race.js';
import { eventsView } from './events.js';
import { signalsView } from './signals/signals.js';
import { adminView } from './admin/admin.js';

const RESET_TICKETS = 100;

const config = await readConfig();
useApi(config.api_base);
startLanguages();
startAccess();
startRole();

const sale = saleView();
const views = { sale, setup: setupView(showEvent), race: raceView(), events: eventsView(config), signals: signalsView(config), admin: adminView() };
const resetAnswer = el('div', { role: 'alert' });
let current = null;

for (const button of document.querySelectorAll('[data-reset]')) button.addEventListener('click', () => reset(button));
byId('skip-link').addEventListener('click', event => {
  event.preventDefault(); // the part after # names the view
  byId('content').focus();
});
addEventListener('hashchange', () => show(true));
onLanguage(nameTab);
show(false);
learnAvailability();

/** Web servers give the page its settings; without them it expects the API at its own address. */
async function readConfig() {
  const fallback = { api_base: '', grafana_url: null, prometheus_url: null };
  try {
    const response = await fetch('ui-config.json', { cache: 'no-store' });
    return response.ok ? { ...fallback, ...await response.json() } : fallback;
  } catch {
    return fallback;
  }
}

function nameTab() {
  document.title = t('page.title', { view: t(`nav.${current ?? 'sale'}`) });
}

/** Shows the view that the address names, such as #race, or #sale/12 for event 12. */
function show(moveFocus) {
  const [name, ...rest] = location.hash.slice(1).split('/');
  const next = views[name] ? name : 'sale';
  for (const link of document.querySelectorAll('.views a')) {
    if (link.hash === `#${next}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (current !== next) {
    views[current]?.hide?.();
    for (const section of document.querySelectorAll('.view')) section.hidden = section.id !== next;
    current = next;
    nameTab();
  }
  views[next].show?.(rest.join('/') || undefined);
  if (moveFocus) {
    scrollTo(0, 0);
    byId(`${next}-title`).focus({ preventScroll: true });
  }
}

function showEvent(event) {
  sale.select(event.event_id);
  if (location.hash !== '#sale') location.hash = '#sale'; // which shows it
  else show(true);
}

async function reset(button) {
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  resetAnswer.replaceChildren();
  try {
    showEvent(await setup({ total_tickets: RESET_TICKETS }));
  } catch (error) {
    button.parentElement.after(resetAnswer);
    resetAnswer.append(failure(error));
  } finally {
    button.removeAttribute('aria-disabled');
  }
}
