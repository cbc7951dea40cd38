// Elements without markup in strings: what users name their files is text, never HTML.

export const find = id => document.getElementById(id);

/** An element with properties, `data` and `aria` attributes and children; null children are left out. */
export function element(tag, { data, aria, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.dataset, data);
  for (const [name, value] of Object.entries(aria ?? {}))
    made.setAttribute(name === 'role' ? 'role' : `aria-${name}`, value);
  made.append(...children.flat().filter(child => child != null));
  return made;
}

/** A designed state in place of content: empty, loading or failed, with what can be done about it. */
export function showState(place, kind, title, text, ...actions) {
  place.hidden = false;
  place.dataset.kind = kind;
  place.replaceChildren(element('h2', {}, title), ...(text ? [element('p', {}, text)] : []), ...actions);
}

/** Takes a state away, its actions too: what is not seen cannot be pressed. */
export function clearState(place) {
  place.hidden = true;
  place.replaceChildren();
}

/** Makes elements the children of a list. Those that are in place stay untouched, so that focus stays. */
export function arrange(list, elements) {
  const kept = new Set(elements);
  for (const child of [...list.children])
    if (!kept.has(child))
      child.remove();
  elements.forEach((one, at) => list.children[at] === one || list.insertBefore(one, list.children[at] ?? null));
}

export const button = (text, action, className = '') =>
  element('button', { type: 'button', className, onclick: action }, text);

const drawings = {
  edit: 'm4.5 19.5 1-4L16 5l3 3L8.5 18.5zM14 7l3 3',
  remove: 'M5 7h14m-9 0V5h4v2M7 7l1 12.5h8L17 7m-7 4v5m4-5v5',
};

/** A button that shows a drawing; its title is told to who cannot see it. */
export function icon(kind, title, action) {
  const drawing = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), path = drawing.appendChild(
    document.createElementNS('http://www.w3.org/2000/svg', 'path'));
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', drawings[kind]);
  return element('button', { type: 'button', className: `quiet icon ${kind}`, title, onclick: action }, drawing);
}

/** Grey cards where content will be. */
export const skeletons = (tag, count) =>
  Array.from({ length: count }, () =>
    element(tag, { className: 'card skeleton', aria: { hidden: 'true' } }, element('div', { className: 'picture' }), element('p'),
    element('p')));

/** The words of a text that an answer points to, each once. */
export const wordsOf = ({ text, words }) => [...new Set(words.map(({ start, length }) => text.slice(start, start + length)))];

/** A text with these words marked. */
export function marked({ text, words }) {
  let at = 0;
  const parts = words.flatMap(({ start, length }) =>
    [text.slice(at, start), element('mark', {}, text.slice(start, at = start + length))]);
  return [...parts, text.slice(at)];
}

const typing = 'input, textarea, select, [contenteditable]';
export const isTyping = target => target.matches?.(typing) ?? false;
