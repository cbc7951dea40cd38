// Several videos at once: selected with the mouse or the keyboard, then removed or tagged together.

import * as api from './api.js';
import { find } from './dom.js';
import { tagsIn } from './editor.js';
import { count } from './format.js';
import * as sure from './sure.js';

const atATime = 4, attempts = 3;

export class Selection {
  #picked = new Map();
  #anchor = null;
  #isExtending = false;
  #isWorking = false;

  constructor(library) {
    this.library = library;
    this.bar = find('selection');
    this.list = find('videos');
    this.list.addEventListener('keydown', event => this.#key(event));
    this.list.addEventListener('focusin', event => this.#isExtending && this.#extend(idAt(event.target)));
    this.bar.addEventListener('keydown', event => event.key === 'Escape' && this.clear());
    library.addEventListener('dropped', event => this.#picked.delete(event.detail) && this.#show());
    find('selection-all').onclick = () => this.#all();
    find('selection-none').onclick = () => this.clear();
    find('selection-remove').onclick = () => this.#remove();
    find('selection-tags').onsubmit = event => {
      event.preventDefault();
      this.#tag(event.submitter.value);
    };
  }

  has = id => this.#picked.has(id);

  clear() {
    this.#picked.clear();
    this.#anchor = null;
    this.#show();
  }

  /** A video was clicked: with Shift up to it, else it alone is added or taken away. */
  pick(video, { shiftKey }) {
    if (shiftKey && this.#anchor)
      return this.#extend(video.id);
    if (!this.#picked.delete(video.id))
      this.#picked.set(video.id, video);
    this.#anchor = video.id;
    this.#show();
  }

  #extend(id) {
    for (const video of this.library.between(this.#anchor, id))
      this.#picked.set(video.id, video);
    this.#show();
  }

  #key(event) {
    const { key, shiftKey, target } = event, video = this.library.get(idAt(target)), isCommand = event.ctrlKey || event.metaKey;
    this.#isExtending = shiftKey && key.startsWith('Arrow') && Boolean(video);
    if (this.#isExtending) {
      if (!this.#anchor)
        this.pick(video, {});
    } else if (key === 'x' && !isCommand && video)
      this.pick(video, {});
    else if (key === 'a' && isCommand)
      this.#all();
    else if (key === 'Delete' && video)
      this.#remove(this.#picked.size ? undefined : [video]);
    else if (key === 'Escape' && this.#picked.size)
      this.clear();
    else
      return;
    if (!this.#isExtending) { // The arrow goes on to move the focus.
      event.preventDefault();
      event.stopPropagation();
    }
  }

  async #all() {
    try {
      for (const video of await this.library.whole())
        this.#picked.set(video.id, video);
      this.#show();
    } catch (error) {
      this.#tell(error.message);
    }
  }

  async #remove(videos = [...this.#picked.values()]) {
    if (!await sure.toRemove(videos))
      return;
    await this.#each(videos, 'removed', async video => {
      await api.remove(video.id);
      this.library.drop(video.id);
    });
  }

  async #tag(how) {
    const box = find('selection-tag'), given = tagsIn(box.value);
    if (!given.length)
      return box.focus();
    const isSame = (one, other) => one.toLowerCase() === other.toLowerCase();
    const changed = tags => {
      const others = tags.filter(tag => !given.some(one => isSame(one, tag)));
      return how === 'add' ? [...tags, ...given.filter(one => !tags.some(tag => isSame(one, tag)))] : others;
    };
    await this.#each([...this.#picked.values()], how === 'add' ? 'tagged' : 'untagged', async ({ id }) => {
      const video = await changeTags(id, changed);
      this.library.put(video);
      if (this.has(id))
        this.#picked.set(id, video);
    });
    box.value = '';
  }

  /** Does something with each, some at a time, and says how far it is and what could not be done. */
  async #each(videos, done, act) {
    const waiting = [...videos], failures = [];
    let finished = 0;
    const work = async () => {
      for (let video; (video = waiting.shift());) {
        await act(video).catch(error => failures.push(error));
        this.#tell(`${++finished - failures.length} of ${count(videos.length, 'video')} ${done}`);
      }
    };
    this.#isWorking = true;
    this.#show();
    await Promise.all(Array.from({ length: atATime }, work));
    this.#isWorking = false;
    this.#show();
    const all = `${count(videos.length - failures.length, 'video')} ${done}.`;
    this.#tell(failures.length ? `${all} ${failures.length} could not be: ${failures[0].message}` : all);
  }

  #tell(text) {
    find('selection-told').textContent = text;
    if (this.bar.hidden)
      find('status').textContent = text;
  }

  #show() {
    this.bar.hidden = this.#picked.size === 0 && !this.#isWorking;
    find('selection-controls').inert = this.#isWorking;
    find('selection-count').textContent = `${this.#picked.size.toLocaleString()} selected`;
    find('selection-told').textContent = '';
    find('videos').dataset.picking = `${this.#picked.size > 0}`;
    this.library.refresh();
  }
}

const idAt = target => target.closest('.video')?.dataset.id;

/** Changes the tags that a video has now; again where somebody else changes it at the same time. */
async function changeTags(id, change) {
  for (let attempt = 1; ; attempt++) {
    const { video, tag } = await api.described(id), tags = change(video.tags);
    if (JSON.stringify(tags) === JSON.stringify(video.tags))
      return video;
    try {
      return await api.describe(id, { tags }, tag);
    } catch (error) {
      if (error.status !== 412 || attempt === attempts)
        throw error;
    }
  }
}
