/** The part of k6's console that the scripts use; @types/k6 leaves it to the DOM's types, and there is no DOM. */
declare const console: { error(message: string): void };
