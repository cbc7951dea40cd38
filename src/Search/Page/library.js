// The videos there are: which are shown and in which order, as they change.

import * as api from './api.js';
import { VideoCard } from './card.js';
import { button, element, find, showState } from './dom.js';
import { count } from './format.js';
import { Grid } from './grid.js';
import { Listing } from './listing.js';
import { live } from './live.js';
import { Selection } from './selection.js';
import * as sure from './sure.js';

const kinds = {
  all: ['All', []],
  searchable: ['Searchable', ['indexed']],
  coming: ['On the way', ['uploaded', 'decoded']],
  failed: ['Failed', ['failed']],
};
const usualSort = 'added-desc', retryAfter = 3000, recountAfter = 300, pause = 220;
const none = { uploaded: 0, decoded: 0, failed: 0, indexed: 0 };

export class Library extends EventTarget {
  #kind = 'all';
  #sort = usualSort;
  #filter = {};
  #listing = new Listing(this.#query);
  #next = null;
  #all = none;
  #loaded = false;
  #blanks = 8; // Until something is loaded.
  #narrowing;
  #recounting = null;

  /**
   * onWatch, onInside, onTag: a video, its id, a tag was chosen. onView: another order or kind was. onAdd, onUnfiltered,
   * firstSteps: what is offered where there is nothing to show.
   */
  constructor({ onWatch, onAdd, onInside, onTag, onView, onUnfiltered, firstSteps }) {
    super();
    Object.assign(this, { onAdd, onInside, onView, onUnfiltered, firstSteps });
    this.takesUploads = false;
    this.selection = new Selection(this);
    this.grid = new Grid(find('videos'), {
      count: () => this.#loaded ? this.#listing.length : this.#blanks,
      item: at => this.#listing.items[at],
      card: () => new VideoCard({
        watch: onWatch, inside: onInside, tag: onTag, retry: video => this.#retry(video), remove: video => this.#remove(video),
        edited: video => this.put(video), pick: (video, event) => this.selection.pick(video, event), isPicked: this.selection.has,
      }),
      onSeen: last => this.#loadTo(last),
    });
    find('sort').onchange = event => this.#view({ sort: event.target.value });
    this.#renderKinds();
    this.#follow();
  }

  get = id => this.#listing.find(id);

  /** The videos from one to another as they are shown. */
  between(one, other) {
    const { items } = this.#listing, places = [one, other].map(id => items.findIndex(video => video.id === id));
    return places.includes(-1) ? [] : items.slice(Math.min(...places), Math.max(...places) + 1);
  }

  /** All videos that are shown, once they are loaded. */
  async whole() {
    const listing = this.#listing;
    await listing.load(Infinity);
    this.grid.draw();
    return listing.items;
  }

  get searchable() { return this.#all.indexed; }

  get searchableNames() { return this.#listing.items.filter(video => video.state === 'indexed').map(video => video.name); }

  get coming() { return this.#all.uploaded + this.#all.decoded; }

  get size() { return sum(this.#all); }

  /** How many videos the filters leave; null without filters. */
  get left() { return this.#isNarrowed ? sum(this.#listing.states) : null; }

  /** What the address says of it. */
  get parameters() {
    return [['state', this.#kind === 'all' ? null : this.#kind], ['sort', this.#sort === usualSort ? null : this.#sort]];
  }

  set parameters(asked) {
    this.#kind = Object.hasOwn(kinds, asked.get('state')) ? asked.get('state') : 'all';
    const sort = find('sort');
    sort.value = asked.get('sort') ?? usualSort;
    this.#sort = sort.value ||= usualSort; // An order that there is not leaves it empty.
    this.#reload();
  }

  /** Shows only what a filter leaves. */
  narrow(filter) {
    const { video, ...others } = filter; // One video alone is searched, not listed.
    this.#filter = others;
    clearTimeout(this.#narrowing);
    this.#narrowing = setTimeout(() => this.#reload(), this.#loaded ? pause : 0);
  }

  /** Shows what has changed without a video having changed. */
  refresh() { this.#render(); }

  /** Takes in what is known of a video now. */
  put(video) {
    const before = this.get(video.id);
    for (const listing of this.#listings)
      listing.put(video);
    if (!video.further)
      this.#recount();
    if (before?.state !== video.state)
      this.dispatchEvent(new CustomEvent('state', { detail: { video, before } }));
    this.#render();
  }

  drop(id) {
    for (const listing of this.#listings)
      listing.drop(id);
    this.#recount();
    this.#render();
    this.dispatchEvent(new CustomEvent('dropped', { detail: id }));
  }

  get #listings() { return new Set([this.#listing, this.#next].filter(Boolean)); }

  get #query() {
    const [sort, order] = this.#sort.split('-');
    return { ...this.#filter, state: kinds[this.#kind][1], sort, order };
  }

  /** Another kind or order, as a step for Back. */
  #view({ kind = this.#kind, sort = this.#sort }) {
    this.#kind = kind;
    this.#sort = sort;
    this.#reload();
    this.onView();
  }

  /** Loads what is asked for now, unless that is shown already. */
  #reload() {
    this.#renderKinds();
    const shown = this.#next ?? (this.#loaded ? this.#listing : null);
    if (JSON.stringify(this.#query) === JSON.stringify(shown?.query))
      return;
    this.selection.clear();
    this.#load().then(() => this.grid.toTop());
  }

  /** Loads so many videos, or a first page; what is shown stays until they are here. */
  async #load(videos) {
    const listing = this.#next = new Listing(this.#query);
    try {
      await listing.load(videos).catch(error => listing.refuse(error));
      const all = this.#isNarrowed ? (await api.listed({ limit: 1 })).states : listing.states;
      if (listing !== this.#next)
        return; // Something else was asked for meanwhile.
      [this.#listing, this.#next, this.#all, this.#loaded] = [listing, null, all, true];
      this.#render();
      this.dispatchEvent(new Event('loaded'));
    } catch (error) {
      if (listing !== this.#next)
        return;
      if (!this.#loaded)
        this.#showFailure(error);
      setTimeout(() => listing === this.#next && this.#load(videos), retryAfter);
    }
  }

  /** Whether the counts of the listing are not those of all videos. */
  get #isNarrowed() { return Object.values(this.#filter).some(value => value?.length !== 0 && value !== undefined); }

  /** What is nearly seen is loaded; where that fails, scrolling or the next event asks again. */
  async #loadTo(last) {
    const listing = this.#listing;
    if (!this.#loaded || listing.isWhole || listing.items.length >= last)
      return;
    try {
      await listing.load(last);
    } catch (error) {
      find('status').textContent = error.message;
      return;
    }
    this.grid.draw();
  }

  #follow() {
    live.addEventListener('video', ({ detail }) => this.put(detail));
    live.addEventListener('progress', ({ detail }) => this.#further(detail));
    live.addEventListener('removed', ({ detail }) => this.drop(detail));
    live.addEventListener('ready', () => this.#again());
    live.addEventListener('blind', () => this.coming && this.#again());
  }

  /** What is loaded is loaded anew. */
  #again() { return this.#load(this.#listing.items.length || undefined); }

  /** A stage has come further; the next event of the video takes its place. */
  #further({ id }) {
    const video = this.get(id), now = video && live.furthered(video);
    if (now !== video)
      this.put(now);
  }

  /** Asks how many there are, once for all that happens at about the same time. */
  #recount() {
    this.#recounting ??= setTimeout(async () => {
      this.#recounting = null;
      const listing = this.#listing;
      try {
        const { total, states } = await api.listed({ ...listing.query, limit: 1 });
        listing.count(total, states);
        this.#all = this.#isNarrowed ? (await api.listed({ limit: 1 })).states : states;
      } catch {
        return; // The service is away: when it is back, its events begin anew, and so does the list.
      }
      this.#render();
      this.dispatchEvent(new Event('counted'));
    }, recountAfter);
  }

  #showFailure(error) {
    this.#blanks = 0;
    this.grid.draw();
    showState(find('library-state'), 'error', 'The library cannot be shown', `${error.message} The page tries again by itself.`);
  }

  #renderKinds() {
    const place = find('shown'), { states } = this.#listing;
    if (!place.children.length)
      place.append(...Object.entries(kinds).map(([kind, [name]]) => element('button',
        { type: 'button', data: { kind }, onclick: () => this.#view({ kind }) },
        element('span', {}, name), element('span', { className: 'number' }))));
    for (const choice of place.children) {
      const { kind } = choice.dataset, [, wanted] = kinds[kind];
      const number = wanted.length ? wanted.reduce((all, state) => all + states[state], 0) : sum(states);
      choice.ariaPressed = `${kind === this.#kind}`;
      choice.lastChild.textContent = number.toLocaleString();
      choice.hidden = number === 0 && kind !== 'all' && kind !== this.#kind;
    }
    find('view').hidden = this.size === 0;
  }

  #render() {
    this.#renderKinds();
    this.grid.draw();
    if (!this.#loaded)
      return;
    const isEmpty = this.#listing.length === 0;
    find('library-state').hidden = !isEmpty;
    if (!isEmpty)
      return;
    if (this.#listing.refusal)
      showState(find('library-state'), 'error', 'These filters do not work', this.#listing.refusal,
        button('Without filters', this.onUnfiltered));
    else if (this.size === 0)
      this.#showEmpty();
    else if (this.#isNarrowed)
      showState(find('library-state'), 'empty', 'None of these', 'No video is left by the filters.',
        button('Without filters', this.onUnfiltered));
    else
      showState(find('library-state'), 'empty', 'None of these', 'There are videos, but none in this state.');
  }

  #showEmpty() {
    if (this.takesUploads)
      showState(find('library-state'), 'empty', 'No videos yet',
        'Drop some here, or choose them. Each becomes searchable a moment after it has arrived; nothing leaves this server.',
        ...this.firstSteps());
    else
      showState(find('library-state'), 'empty', 'No videos yet',
        'This service searches; videos come in through the ingest service.');
  }

  /** Has a failed video processed again. */
  async #retry(video) {
    try {
      this.put(await api.retry(video.id));
    } catch (error) {
      find('status').textContent = error.message;
    }
  }

  async #remove(video) {
    if (!await sure.toRemove([video]))
      return;
    const { root } = this.grid.cardOf(video.id) ?? {}, beside = root?.nextElementSibling ?? root?.previousElementSibling;
    try {
      await api.remove(video.id);
      this.drop(video.id);
      (beside?.querySelector('.open') ?? find('text')).focus();
    } catch (error) {
      find('status').textContent = error.message;
    }
  }
}

const sum = states => states.uploaded + states.decoded + states.failed + states.indexed;

/** How many videos there are, in a line. */
export function told({ size, left, searchable, coming }) {
  if (left !== null)
    return `${left.toLocaleString()} of ${count(size, 'video')}`;
  return size ? `${count(searchable, 'video')} searchable${coming ? `, ${coming} on the way` : ''}` : '';
}
