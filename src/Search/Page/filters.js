// What narrows a search: fields of the query's form, so that the address holds them too.

import { find } from './dom.js';

const butNot = -0.5;
const fields = ['not', 'video', 'name', 'tags', 'from', 'to', 'min', 'max', 'rank'];

export class Filters {
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
    const { video, name, tags, from, to, min, max } = this.#values;
    return {
      video: video || undefined,
      name: name || undefined,
      tags: tags.split(',').map(tag => tag.trim()).filter(Boolean),
      uploadedFrom: from ? new Date(`${from}T00:00`).toISOString() : undefined,
      uploadedTo: to ? new Date(`${to}T23:59:59.999`).toISOString() : undefined,
      minDuration: min ? Number(min) : undefined,
      maxDuration: max ? Number(max) : undefined,
    };
  }

  /** In a single video its moments are ranked: there is but one video. */
  get rank() { return this.#values.video ? 'moment' : this.#values.rank || 'video'; }

  /** A text, less what is not wanted. */
  texts(text) {
    const { not } = this.#values;
    return not ? { texts: [{ text }, { text: not, weight: butNot }] } : { text };
  }

  open() {
    this.#toggle(true);
    this.form.elements.not.focus({ preventScroll: true });
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

  #toggle(isOpen) {
    this.panel.hidden = !isOpen;
    find('filter').ariaExpanded = `${isOpen}`;
  }

  #changed() {
    this.#show();
    this.onChange();
  }

  #show() {
    const { video } = this.#values, known = this.library.get(video);
    find('inside').hidden = !video;
    find('inside-name').textContent = known ? known.title ?? known.name : 'one video';
    find('filter').dataset.active = `${this.isActive}`;
    find('filters-clear').disabled = !this.isActive;
    find('rank').disabled = Boolean(video);
  }
}
