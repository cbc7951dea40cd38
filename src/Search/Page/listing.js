// The videos that a filter leaves, in an order, as far as they are loaded: page after page, and kept right while they change.

import * as api from './api.js';
import { live } from './live.js';

const firstPage = 60, page = 200, largest = 1000;

/** What videos are ordered by; as the service has it, so that a video comes to the place where it would be listed. */
const keys = {
  name: video => (video.title ?? video.name).toUpperCase().replace(/\d+/g, digits => digits.replace(/^0+/, '').padStart(12, '0')),
  added: video => Date.parse(video.uploadedAt),
  recorded: video => Date.parse(video.recordedAt ?? video.uploadedAt),
  duration: video => video.duration ?? -1,
};

export class Listing {
  #running = null;
  #cursor = '';
  #meanwhile = []; // What happened while a page was on its way, which may be from before that.

  /** query: what `GET /api/v1/videos` takes, but for cursor and limit. */
  constructor(query) {
    this.query = query;
    this.items = [];
    this.total = 0;
    this.refusal = ''; // Why the service takes no such query.
    this.states = { uploaded: 0, decoded: 0, failed: 0, indexed: 0 };
  }

  get isWhole() { return this.#cursor === null; }

  /** Videos that there are to show, loaded or not. */
  get length() { return this.isWhole ? this.items.length : Math.max(this.total, this.items.length); }

  /** Loads until so many are loaded, or all. */
  async load(count = firstPage) {
    while (this.items.length < count && !this.isWhole)
      await (this.#running ??= this.#next(count - this.items.length).finally(() => {
        this.#running = null;
        this.#meanwhile = [];
      }));
  }

  /** Notes that there is nothing to load, if the query is why it failed. */
  refuse(error) {
    if (error.status !== 400)
      throw error;
    this.refusal = error.message;
    this.#cursor = null;
  }

  async #next(missing) {
    const limit = this.#cursor === '' && missing <= firstPage ? firstPage : missing > 2 * page ? largest : page;
    const { videos, total, states, next } = await api.listed({ ...this.query, limit, cursor: this.#cursor });
    const known = new Set(this.items.map(video => video.id)); // One may have come by an event before.
    this.items.push(...videos.filter(video => !known.has(video.id)).map(video => live.furthered(video)));
    this.#cursor = next ?? null;
    this.count(total, states);
    for (const happened of this.#meanwhile.splice(0))
      happened();
  }

  /** Takes in how many there are now. */
  count(total, states) {
    this.total = total;
    this.states = states;
  }

  find = id => this.items.find(video => video.id === id);

  /** Brings a video to where it is now: in its place, elsewhere, or away. */
  put(video) {
    if (this.refusal)
      return;
    if (this.#running)
      this.#meanwhile.push(() => this.#put(video));
    this.#put(video);
  }

  drop(id) {
    if (this.#running)
      this.#meanwhile.push(() => this.#drop(id));
    this.#drop(id);
  }

  #put(video) {
    const at = this.items.findIndex(({ id }) => id === video.id);
    if (at >= 0 && matches(video, this.query) && this.#compare(this.items[at], video) === 0)
      this.items[at] = video;
    else {
      this.#drop(video.id);
      if (matches(video, this.query))
        this.#insert(video);
    }
  }

  #drop(id) {
    const at = this.items.findIndex(video => video.id === id);
    if (at >= 0)
      this.items.splice(at, 1);
  }

  /** What lies behind all that is loaded comes with its page. */
  #insert(video) {
    const at = this.items.findIndex(other => this.#compare(video, other) < 0);
    if (at >= 0)
      this.items.splice(at, 0, video);
    else if (this.isWhole)
      this.items.push(video);
  }

  #compare(a, b) {
    const { sort, order } = this.query, key = keys[sort];
    const [left, right] = order === 'desc' ? [b, a] : [a, b];
    const [one, other] = [[key(left), left.id], [key(right), right.id]];
    return one[0] < other[0] ? -1 : one[0] > other[0] ? 1 : one[1] < other[1] ? -1 : one[1] > other[1] ? 1 : 0;
  }
}

/** Whether a video is one of those that a query is about. */
function matches(video, { name, tags = [], state = [], uploadedFrom, uploadedTo, recordedFrom, recordedTo, minDuration,
  maxDuration }) {
  const has = text => text.toUpperCase().includes(name.toUpperCase());
  const own = video.tags.map(tag => tag.toUpperCase()), added = keys.added(video), recorded = keys.recorded(video);
  return (!name || [video.title ?? '', video.name, ...video.tags].some(has))
    && tags.every(tag => own.includes(tag.toUpperCase()))
    && (state.length === 0 || state.includes(video.state))
    && !(added < Date.parse(uploadedFrom)) && !(added > Date.parse(uploadedTo))
    && !(recorded < Date.parse(recordedFrom)) && !(recorded > Date.parse(recordedTo))
    && (minDuration === undefined || video.duration >= minDuration)
    && (maxDuration === undefined || video.duration <= maxDuration);
}
