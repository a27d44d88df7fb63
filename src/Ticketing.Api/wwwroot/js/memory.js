// A browser may forbid storage; then the page forgets, and works.

function guarded(storage) {
  return {
    get(name) {
      try {
        return JSON.parse(storage().getItem(`ticketing.${name}`));
      } catch {
        return null;
      }
    },
    set(name, value) {
      try {
        if (value === null) storage().removeItem(`ticketing.${name}`);
        else storage().setItem(`ticketing.${name}`, JSON.stringify(value));
      } catch {
        // see above
      }
    },
  };
}

/** Remembers across visits. */
export const forever = guarded(() => localStorage);

/** Remembers as long as the tab is open. */
export const thisTab = guarded(() => sessionStorage);
