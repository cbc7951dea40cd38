// "Try the demo": drawn clips for an empty library, and sentences that describe them.

import * as api from './api.js';
import { button, find } from './dom.js';

const shown = 4, pollEvery = 500;

export class Demo extends EventTarget {
  #demo = null;

  /** onAsk is told the sentence that was chosen. */
  constructor(library, onAsk) {
    super();
    this.library = library;
    this.onAsk = onAsk;
    this.#begin();
    for (const event of ['loaded', 'state', 'dropped'])
      library.addEventListener(event, () => this.#render());
  }

  /** Whether this service has a demo. */
  get isThere() { return this.#demo !== null; }

  get isDrawing() { return this.#demo?.isDrawing ?? false; }

  /** How far it is, for people; empty where nothing is under way. */
  get told() {
    const { isDrawing, drawn, clips, failure } = this.#demo ?? {};
    return failure ? `The demo ended early: ${api.ended(failure)}`
      : isDrawing ? `Clip ${Math.min(drawn + 1, clips.length)} of ${clips.length} is being drawn …` : '';
  }

  async start() {
    try {
      this.#demo = await api.startDemo();
      this.#follow();
    } catch (error) {
      find('status').textContent = error.message;
    }
  }

  async #begin() {
    if (api.collection && api.collection !== 'default')
      return; // It is drawn into that one alone.
    this.#demo = await api.demo().catch(() => null);
    this.#follow();
  }

  #follow() {
    this.#render();
    this.dispatchEvent(new Event('changed'));
    if (this.isDrawing)
      setTimeout(async () => {
        this.#demo = await api.demo().catch(() => this.#demo);
        this.#follow();
      }, pollEvery);
  }

  /** Sentences for the clips that can be found already. */
  #render() {
    const names = new Set(this.library.searchableNames);
    const found = (this.#demo?.clips ?? []).filter(clip => names.has(clip.name)).slice(0, shown);
    find('examples').hidden = found.length === 0;
    find('examples-list').replaceChildren(
      ...found.map(({ sentence }) => button(sentence, () => this.onAsk(sentence), 'outlined')));
  }
}
