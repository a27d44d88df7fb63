import { byId } from './dom.js';
import { isSignedIn, signIn, onUnknownCaller } from './api.js';
import { t, onLanguage } from './i18n.js';
import { showError } from './fields.js';

/** Asks for a key once the API has answered 401. */
export function startAccess() {
  const panel = byId('access');
  let isWrong = false;

  onUnknownCaller(() => {
    isWrong = isSignedIn();
    panel.hidden = false;
    render();
  });
  byId('access-form').addEventListener('submit', event => {
    event.preventDefault();
    const key = byId('access-key').value.trim();
    if (key) enter(key);
    else showError('access-key', t('access.missing'));
  });
  byId('sign-out').addEventListener('click', () => enter(null));
  byId('sign-out').hidden = !isSignedIn();
  onLanguage(render);

  function render() {
    showError('access-key', isWrong ? t('access.wrong') : '');
  }

  /** Every view then asks anew. */
  function enter(key) {
    signIn(key);
    location.reload();
  }
}
