// What narrows a search: fields of the query's form, so that the address holds them too.

import * as api from './api.js';
import { find } from './dom.js';
import { tagsIn } from './editor.js';

const butNot = -0.5;
const fields = ['not', 'video', 'name', 'tags', 'from', 'to', 'recorded-from', 'recorded-to', 'min', 'max', 'rank'];

export class Filters {
  #known = new Map();

  constructor(library, onChange) {
    this.library = library;
    this.onChange = onChange;
    this.form = find('query');
    this.panel = find('filters');
    find('filter').onclick = () => this.panel.hidden ? this.open() : this.close();
    find('filters-clear').onclick = () => this.clear();
    find('inside').onclick = () => this.inside('');
    this.panel.addEventListener('input', () => this.#changed());
    this.panel.addEventListener('keydown', event => {
      if (event.key !== 'Escape')
        return;
      event.preventDefault();
      this.close();
      find('text').focus();
    });
    library.addEventListener('loaded', () => this.#show());
    this.#show();
  }

  get #values() { return Object.fromEntries(fields.map(name => [name, this.form.elements[name].value.trim()])); }

  get isActive() { return Object.values(this.#values).some(Boolean); }

  /** The fields that say something, for the address. */
  get parameters() { return Object.entries(this.#values).filter(([, value]) => value); }

  set parameters(asked) {
    for (const name of fields)
      this.form.elements[name].value = asked.get(name) ?? '';
    this.#toggle(Object.entries(this.#values).some(([name, value]) => value && name !== 'video'));
    this.#show();
  }

  /** Which videos a search is about, as the API takes it. */
  get filter() {
    const { video, name, tags, from, to, 'recorded-from': recordedFrom, 'recorded-to': recordedTo, min, max } = this.#values;
    return {
      video: video || undefined,
      name: name || undefined,
      tags: tagsIn(tags),
      uploadedFrom: firstOf(from),
      uploadedTo: lastOf(to),
      recordedFrom: firstOf(recordedFrom),
      recordedTo: lastOf(recordedTo),
      minDuration: min ? Number(min) : undefined,
      maxDuration: max ? Number(max) : undefined,
    };
  }

  /** In a single video its moments are ranked: there is but one video. */
  get rank() { return this.#values.video ? 'moment' : this.#values.rank || 'video'; }

  /** Only videos with this tag, beside what there is already. */
  tag(tag) {
    const box = this.form.elements.tags, tags = tagsIn(box.value);
    if (!tags.some(one => one.toLowerCase() === tag.toLowerCase()))
      box.value = [...tags, tag].join(', ');
    this.#toggle(true);
    this.#changed();
  }

  /** A text, less what is not wanted. */
  texts(text) {
    const { not } = this.#values;
    return not ? { texts: [{ text }, { text: not, weight: butNot }] } : { text };
  }

  open() {
    this.#toggle(true);
    const { not, name } = this.form.elements;
    (not.checkVisibility() ? not : name).focus({ preventScroll: true });
  }

  close() { this.#toggle(false); }

  /** Searches one video alone; all of them again where there is no id. */
  inside(id) {
    this.form.elements.video.value = id;
    this.#changed();
    find('text').focus();
  }

  clear() {
    for (const name of fields)
      this.form.elements[name].value = '';
    this.#changed();
  }

  /** A video that is searched need not be one of those that are loaded. */
  async #ask(id) {
    const video = await api.video(id).catch(() => null); // Where there is none the search says so.
    this.#known.set(id, video ?? { name: 'one video' });
    this.#show();
  }

  #toggle(isOpen) {
    this.panel.hidden = !isOpen;
    find('filter').ariaExpanded = `${isOpen}`;
  }

  #changed() {
    this.#show();
    this.onChange();
  }

  #show() {
    const { video } = this.#values, known = this.library.get(video) ?? this.#known.get(video);
    find('inside').hidden = !video;
    find('inside-name').textContent = known ? known.title ?? known.name : 'one video';
    if (video && !known)
      this.#ask(video);
    find('filter').dataset.active = `${this.isActive}`;
    find('filters-clear').disabled = !this.isActive;
    find('rank').disabled = Boolean(video);
  }
}

/** The first and the last moment of a day as a person here has it; undefined where no day is given. */
const firstOf = day => day ? new Date(`${day}T00:00`).toISOString() : undefined;
const lastOf = day => day ? new Date(`${day}T23:59:59.999`).toISOString() : undefined;
