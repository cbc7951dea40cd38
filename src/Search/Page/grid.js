// A grid of cards of one size, of which only those near what is seen are elements: it stays quick however many there are.

import { element } from './dom.js';

const least = 16.5, around = 2, fewest = 8; // Width in rem, rows above and below what is seen, cards.

export class Grid {
  #cards = new Map();
  #isDue = false;

  /**
   * list: the element. count: how many items there are. item: the one at a place; undefined where it is not loaded yet.
   * card: a new card, with `root`, `update(item, place)` and `isBusy`. onSeen: told the last place that is near what is seen.
   */
  constructor(list, { count, item, card, onSeen }) {
    Object.assign(this, { list, count, item, card, onSeen });
    addEventListener('scroll', () => this.draw(), { passive: true });
    addEventListener('resize', () => this.draw());
    new ResizeObserver(() => this.draw()).observe(list);
  }

  /** Draws with the next picture of the screen; however often that is asked for. */
  draw() {
    if (this.#isDue)
      return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#draw();
    });
  }

  /** The card of an item; undefined where it is not near what is seen. */
  cardOf = id => this.#cards.get(id);

  /** Takes the first row into view. */
  toTop() {
    const { top } = this.list.getBoundingClientRect();
    if (top < 0)
      scrollBy({ top: top - innerHeight / 4, behavior: 'instant' });
  }

  #draw() {
    if (this.list.clientWidth === 0)
      return; // Not shown.
    const { columns, width, height, gap } = this.#measure(), count = this.count(), pitch = height + gap;
    const rows = Math.ceil(count / columns);
    this.list.style.height = `${Math.max(0, rows * pitch - gap)}px`;
    const { top } = this.list.getBoundingClientRect();
    const first = Math.max(0, Math.floor(-top / pitch) - around) * columns;
    const last = Math.min(count, Math.max(fewest, (Math.ceil((innerHeight - top) / pitch) + around) * columns));
    const shown = new Map();
    for (let at = first; at < last; at++)
      shown.set(this.item(at)?.id ?? `blank-${at}`, at);
    this.#place(shown, at => `translate(${at % columns * (width + gap)}px, ${Math.floor(at / columns) * pitch}px)`, count);
    this.onSeen(last);
  }

  /** Columns, and the size of a card: a picture of 16 to 9 above lines of text. */
  #measure() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize), { clientWidth } = this.list, gap = 1.1 * rem;
    const columns = Math.max(1, Math.floor((clientWidth + gap) / (least * rem + gap)));
    const width = (clientWidth - (columns - 1) * gap) / columns;
    const height = Math.round(width * 9 / 16 + parseFloat(getComputedStyle(this.list).getPropertyValue('--lines')) * rem);
    this.list.style.setProperty('--card-width', `${width}px`);
    this.list.style.setProperty('--card-height', `${height}px`);
    return { columns, width, height, gap };
  }

  #place(shown, placed, count) {
    const focused = document.activeElement;
    for (const [id, card] of this.#cards) {
      if (shown.has(id))
        continue;
      const at = card.isBusy || card.root.contains(focused) ? this.#find(id) : -1;
      if (at >= 0)
        shown.set(id, at); // What is being used stays, out of sight.
      else {
        card.root.remove();
        this.#cards.delete(id);
      }
    }
    let next = this.list.firstChild;
    for (const [id, at] of [...shown].sort(([, a], [, b]) => a - b)) {
      const item = this.item(at), card = this.#cards.get(id) ?? (item ? this.card(id) : blank());
      this.#cards.set(id, card);
      card.root.style.transform = placed(at);
      card.root.ariaPosInSet = at + 1;
      card.root.ariaSetSize = count;
      card.update(item, at);
      if (card.root === next)
        next = next.nextSibling;
      else
        this.list.insertBefore(card.root, next);
    }
    if (focused !== document.activeElement && this.list.contains(focused))
      focused.focus({ preventScroll: true });
  }

  #find(id) {
    for (let at = 0, count = this.count(); at < count; at++)
      if (this.item(at)?.id === id)
        return at;
    return -1;
  }
}

function blank() {
  const root = element('li', { className: 'card video skeleton', aria: { hidden: 'true' } },
    element('div', { className: 'picture' }), element('p'), element('p'));
  return { root, update: () => { } };
}
