/** The element with that id. */
export const byId = id => document.getElementById(id);

/**
 * Makes an element. Text always becomes a text node, so that nothing that a user typed is read as HTML.
 * @param {string} tag such as 'td'
 * @param {object} attributes a null or false one is left out, a function listens to that event
 * @param {...(Node|string|number|null)} children
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

/** Makes a shape of a picture. @param {string} tag such as 'rect' */
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Sets a text only where it differs, so that screen readers do not hear the same thing twice. */
export function setText(element, text) {
  const next = String(text);
  if (element.textContent !== next) element.textContent = next;
}

/**
 * A table that a narrow screen shows as cards, where every cell carries its column's name.
 * @param {{title: string, cell: (row: object) => string|Node, number?: boolean, width?: 'wide'|'double'}[]} columns width: in a card
 */
export function table(caption, columns, rows) {
  return el('table', { class: 'table' },
    el('caption', { class: 'visually-hidden' }, caption),
    el('thead', {}, el('tr', {}, ...columns.map(column => el('th', { scope: 'col', class: column.number && 'number' }, column.title)))),
    el('tbody', {}, ...rows.map(row => el('tr', {}, ...columns.map((column, i) => {
      const kind = [column.number && 'number', column.width].filter(Boolean).join(' ');
      const cell = el(i === 0 ? 'th' : 'td', { 'data-title': column.title, class: kind || null, scope: i === 0 && 'row' });
      cell.append(column.cell(row));
      return cell;
    })))));
}
