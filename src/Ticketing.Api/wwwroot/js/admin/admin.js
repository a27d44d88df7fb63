import { learnRole } from '../role.js';
import { auditList } from './audit.js';
import { keysPanel } from './keys.js';

/** The keys, and what was done with them. Its parts are for admins. */
export function adminView() {
  const audit = auditList();
  const keys = keysPanel(audit.refresh);
  return {
    async show() {
      if (!await learnRole()) return;
      keys.refresh();
      audit.refresh();
    },
    hide: keys.forget,
  };
}
