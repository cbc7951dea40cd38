// Title and tags of a video, changed in its card. What somebody else has changed meanwhile is never overwritten unseen.

import * as api from './api.js';
import { element } from './dom.js';

export class Editor {
  #seen = null;

  /** onClosed: told the video as it is now; null where nothing was changed. */
  constructor(video, { onClosed }) {
    this.video = video;
    this.onClosed = onClosed;
    const name = video.title ?? video.name;
    this.title = element('input', { name: 'title', maxLength: 200, autocomplete: 'off', placeholder: video.name,
      value: video.title ?? '', aria: { label: `Title of ${name}` } });
    this.tags = element('input', { name: 'tags', maxLength: 2000, autocomplete: 'off', placeholder: 'Tags: sea, summer',
      value: video.tags.join(', '), aria: { label: `Tags of ${name}, with commas between` } });
    this.problem = element('p', { className: 'problem', aria: { role: 'alert' } });
    this.root = element('form', { className: 'edit', onsubmit: event => this.#save(event), onkeydown: event => this.#key(event) },
      this.title, this.tags, this.problem, element('p', { className: 'actions' }, element('button', {}, 'Save'),
        element('button', { type: 'button', className: 'quiet', onclick: () => this.onClosed(null) }, 'Cancel')));
  }

  begin() {
    this.title.focus();
    this.title.select();
    this.#look();
  }

  /** Asks how the video is now: only that state of it is changed. */
  async #look() {
    try {
      this.#seen = await api.described(this.video.id);
    } catch (error) {
      this.problem.textContent = error.message;
    }
  }

  #key(event) {
    event.stopPropagation(); // Letters are no shortcuts here.
    if (event.key !== 'Escape')
      return;
    event.preventDefault();
    this.onClosed(null);
  }

  async #save(event) {
    event.preventDefault();
    this.problem.textContent = '';
    try {
      if (!this.#seen)
        await this.#look();
      const change = { title: this.title.value, tags: tagsIn(this.tags.value) };
      this.onClosed(await api.describe(this.video.id, change, this.#seen.tag));
    } catch (error) {
      this.problem.textContent = error.status === 412
        ? 'It was changed meanwhile. Save again to replace that.' : error.message;
      if (error.status === 412)
        await this.#look();
    }
  }
}

/** "sea, summer" → the tags in it. */
export const tagsIn = text => text.split(',').map(tag => tag.trim()).filter(Boolean);
