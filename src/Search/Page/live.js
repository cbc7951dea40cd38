// What happens to videos, as the server tells it: 'video', 'progress' and 'removed' with what it says of them as the detail.
// From 'ready' on nothing is missed: what was asked for before is asked for again. Where no events can pass, 'blind' says every
// now and then that it is time to ask. It knows how far the stages under way are, since before the page was opened, too.

import { own } from './api.js';
import { connection } from './connection.js';

const blindEvery = 1500, openEvery = 6000;
const stages = { uploaded: 'decode', decoded: 'index' }; // That a video in this state is in.

class Live extends EventTarget {
  #further = new Map(); // By video, a stage and how far it is.
  #source = null;
  #blind = 0;
  #again = 0;

  constructor() {
    super();
    this.#open();
    connection.addEventListener('back', () => this.#open());
  }

  /** A video with `further`, its stage and how far that is, where it is told. */
  furthered(video) {
    const further = this.#further.get(video.id);
    return further && further.stage === stages[video.state] ? { ...video, further } : video;
  }

  #open() {
    this.#close();
    const source = this.#source = new EventSource(own('api/v1/events'));
    const tell = (kind, take) => source.addEventListener(kind, ({ data }) => {
      const detail = JSON.parse(data);
      take(detail);
      this.dispatchEvent(new CustomEvent(kind, { detail }));
    });
    tell('ready', () => this.#further.clear());
    tell('progress', ({ id, ...further }) => this.#further.set(id, further));
    tell('video', ({ id }) => this.#further.delete(id)); // Its next stage has not begun yet.
    tell('removed', id => this.#further.delete(id));
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
    this.#further.clear();
    clearInterval(this.#blind);
    clearTimeout(this.#again);
  }
}

export const live = new Live();
