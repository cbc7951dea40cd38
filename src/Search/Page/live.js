// What happens to videos, as the server tells it: 'video', 'progress' and 'removed' with what it says of them as the detail.
// From 'ready' on nothing is missed: what was asked for before is asked for again. Where no events can pass, 'blind' says every
// now and then that it is time to ask.

import { own } from './api.js';
import { connection } from './connection.js';

const blindEvery = 1500, openEvery = 6000;

class Live extends EventTarget {
  #source = null;
  #blind = 0;
  #again = 0;

  constructor() {
    super();
    this.#open();
    connection.addEventListener('back', () => this.#open());
  }

  #open() {
    this.#close();
    const source = this.#source = new EventSource(own('api/v1/events'));
    for (const kind of ['video', 'progress', 'removed'])
      source.addEventListener(kind, ({ data }) => this.dispatchEvent(new CustomEvent(kind, { detail: JSON.parse(data) })));
    source.addEventListener('ready', () => this.dispatchEvent(new Event('ready')));
    source.onerror = () => {
      connection.check();
      if (source.readyState !== EventSource.CLOSED) // Else the browser opens it again.
        return;
      this.#close();
      this.#blind = setInterval(() => connection.isUp && this.dispatchEvent(new Event('blind')), blindEvery);
      this.#again = setTimeout(() => this.#open(), openEvery);
    };
  }

  #close() {
    this.#source?.close();
    clearInterval(this.#blind);
    clearTimeout(this.#again);
  }
}

export const live = new Live();
