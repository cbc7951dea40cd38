// The videos there are: their states as they change, and why some failed.

import * as api from './api.js';
import { button, element, find, showState, skeletons } from './dom.js';
import { clock, count, size } from './format.js';
import { live } from './live.js';
import { previewOnHover } from './strip.js';

const stageNames = { upload: 'Upload', decode: 'Frames', index: 'Index' };
export const failedAt = { decode: 'No frames can be taken from it', index: 'It cannot be indexed' };
const kinds = {
  all: ['All', () => true],
  searchable: ['Searchable', video => video.state === 'indexed'],
  coming: ['On the way', video => !['indexed', 'failed'].includes(video.state)],
  failed: ['Failed', video => video.state === 'failed'],
};
const retryAfter = 3000;

export class Library extends EventTarget {
  #videos = new Map();
  #cards = new Map();
  #kind = 'all';
  #loaded = false;
  #watch;

  constructor({ onWatch, onAdd, onInside, firstSteps }) {
    super();
    this.firstSteps = firstSteps;
    this.#watch = onWatch;
    this.onInside = onInside;
    this.onAdd = onAdd;
    this.takesUploads = false;
    this.#renderKinds();
    find('videos').append(...skeletons('li', 4));
    this.#load();
    this.#follow();
  }

  get = id => this.#videos.get(id);

  get searchable() { return [...this.#videos.values()].filter(video => video.state === 'indexed').length; }

  get searchableNames() { return [...this.#videos.values()].filter(kinds.searchable[1]).map(video => video.name); }

  get coming() { return [...this.#videos.values()].filter(kinds.coming[1]).length; }

  get size() { return this.#videos.size; }

  /** Shows what has changed without a video having changed. */
  refresh() { this.#render(); }

  /** Takes in what is known of a video now. */
  put(video) {
    const before = this.#videos.get(video.id);
    this.#videos.set(video.id, video);
    this.#render();
    if (before?.state !== video.state)
      this.dispatchEvent(new CustomEvent('state', { detail: { video, before } }));
  }

  drop(id) {
    this.#videos.delete(id);
    this.#render();
    this.dispatchEvent(new Event('dropped'));
  }

  async #load() {
    try {
      const listed = await api.videos();
      this.#videos = new Map(listed.map(video => [video.id, video]));
      this.#loaded = true;
      this.#render();
      this.dispatchEvent(new Event('loaded'));
    } catch (error) {
      if (!this.#loaded)
        this.#showFailure(error);
      setTimeout(() => this.#load(), retryAfter);
    }
  }

  #follow() {
    live.addEventListener('video', ({ detail }) => this.put(detail));
    live.addEventListener('progress', ({ detail }) => this.#further(detail));
    live.addEventListener('removed', ({ detail }) => this.drop(detail));
    live.addEventListener('ready', () => this.#load());
    live.addEventListener('blind', () => this.coming && this.#load());
  }

  /** A stage has come further; the next event of the video takes its place. */
  #further({ id, stage, percent }) {
    const video = this.#videos.get(id);
    if (video)
      this.put({ ...video, further: { stage, percent } });
  }

  #showFailure(error) {
    find('videos').replaceChildren();
    showState(find('library-state'), 'error', 'The library cannot be shown', `${error.message} The page tries again by itself.`);
  }

  #renderKinds() {
    find('shown').replaceChildren(...Object.entries(kinds).map(([kind, [name]]) =>
      element('button', {
        type: 'button', data: { kind }, aria: { pressed: `${kind === this.#kind}` }, onclick: () => {
          this.#kind = kind;
          this.#render();
        },
      }, element('span', {}, name), element('span', { className: 'number' }))));
  }

  #render() {
    const all = [...this.#videos.values()].sort((a, b) =>
      b.uploadedAt.localeCompare(a.uploadedAt) || a.name.localeCompare(b.name));
    for (const choice of find('shown').children) {
      choice.setAttribute('aria-pressed', `${choice.dataset.kind === this.#kind}`);
      const { kind } = choice.dataset, number = all.filter(kinds[kind][1]).length;
      choice.lastChild.textContent = number;
      choice.hidden = number === 0 && kind !== 'all' && kind !== this.#kind;
    }
    find('shown').hidden = all.length === 0;
    const shown = all.filter(kinds[this.#kind][1]);
    this.#place(shown);
    if (!this.#loaded)
      return;
    find('library-state').hidden = shown.length > 0;
    if (all.length === 0)
      this.#showEmpty();
    else if (shown.length === 0)
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

  /** Cards stay the same elements while their videos change, so that focus and scroll stay. */
  #place(videos) {
    const list = find('videos'), cards = [];
    for (const video of videos) {
      if (!this.#cards.has(video.id))
        this.#cards.set(video.id, this.#card(video.id));
      const card = this.#cards.get(video.id);
      card.update(video);
      cards.push(card.root);
    }
    for (const [id] of this.#cards)
      if (!this.#videos.has(id))
        this.#cards.delete(id);
    for (const child of [...list.children])
      if (!cards.includes(child))
        child.remove();
    cards.forEach((card, at) => list.children[at] === card || list.insertBefore(card, list.children[at] ?? null));
  }

  #card(id) {
    const image = element('img',
      { alt: '', loading: 'lazy', decoding: 'async', hidden: true, onerror: () => { image.hidden = true; } });
    const strip = element('div', { className: 'strip', hidden: true });
    const length = element('span', { className: 'time' });
    const open = element('button', { type: 'button', className: 'open', onclick: () => this.#watch(this.get(id)) },
      element('span', { className: 'picture' }, image, strip, length), element('strong', { className: 'name' }));
    const facts = element('p', { className: 'facts' });
    const stages = element('ol', { className: 'stages' });
    const failure = element('p', { className: 'failure', hidden: true });
    const warning = element('p', { className: 'warning', hidden: true });
    const retry = button('Try again', () => this.#retry(this.get(id)));
    const where = button('Where in this one?', () => this.onInside(id), 'quiet');
    const remove = button('Remove', () => this.#remove(this.get(id)), 'quiet');
    previewOnHover(open.firstChild, strip, () => this.get(id)?.preview, () => 0, () => this.get(id)?.duration ?? 0);
    const root = element('li', { className: 'card video', data: { id } }, open, facts, stages, failure, warning,
      element('p', { className: 'actions' }, retry, where, remove));
    let last;
    return {
      root,
      update: video => {
        const now = JSON.stringify(video);
        if (now === last)
          return;
        last = now;
        root.dataset.state = video.state;
        open.lastChild.textContent = video.title ?? video.name;
        if (video.thumbnail && image.dataset.of !== video.thumbnail)
          Object.assign(image, { src: image.dataset.of = video.thumbnail, hidden: false });
        length.textContent = video.duration ? clock(video.duration) : '';
        facts.textContent = [stateOf(video), video.width ? `${video.width}×${video.height}` : null,
          size(video.bytes)].filter(Boolean).join(' · ');
        stages.hidden = video.state === 'indexed';
        stages.replaceChildren(...stagesOf(video));
        failure.hidden = !video.failure;
        if (video.failure)
          failure.replaceChildren(element('strong', {}, `${failedAt[video.failure.stage] ?? 'It failed'}: `),
            api.ended(video.failure.reason));
        warning.hidden = !video.warning;
        warning.textContent = video.warning ? api.sentence(video.warning) : '';
        where.hidden = video.state !== 'indexed';
        where.setAttribute('aria-label', `${where.textContent} ${video.title ?? video.name}`);
        retry.hidden = video.state !== 'failed';
        retry.setAttribute('aria-label', `${retry.textContent} ${video.title ?? video.name}`);
        remove.setAttribute('aria-label', `${remove.textContent} ${video.name}`);
      },
    };
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
    if (!await confirmRemoval(video))
      return;
    try {
      await api.remove(video.id);
      this.drop(video.id);
      (find('videos').querySelector('.open') ?? find('text')).focus();
    } catch (error) {
      find('status').textContent = error.message;
    }
  }
}

/** A video's state in words, and how far its stage is. */
export function stateOf(video) {
  if (video.state === 'indexed')
    return 'Searchable';
  if (video.state === 'failed')
    return 'Failed';
  if (video.further)
    return `${video.further.stage === 'index' ? 'Being indexed' : 'Frames are taken'}, ${video.further.percent} %`;
  return video.state === 'decoded' ? 'Being indexed' : 'Waits for its frames';
}

/** Upload, frames, index: passed, at it, waiting or failed. */
function stagesOf(video) {
  const stages = [{ name: 'upload', state: 'done' }, ...video.stages];
  const current = video.state === 'failed' ? null : stages.find(stage => stage.state === 'waiting');
  return stages.map(stage => {
    const state = stage === current ? 'current' : stage.state;
    const told = { current: 'under way', done: 'done', failed: 'failed', waiting: 'waiting' }[state];
    const item = element('li', { data: { stage: stage.name, state } }, element('span', {}, stageNames[stage.name] ?? stage.name),
      element('span', { className: 'hidden' }, `: ${told}`));
    if (stage.name === video.further?.stage)
      item.style.setProperty('--share', video.further.percent / 100);
    return item;
  });
}

function confirmRemoval(video) {
  const dialog = find('sure');
  find('sure-text').textContent = `“${video.title ?? video.name}” is removed from the index. What was uploaded of it is deleted.`;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}

export const told = library =>
  library.size ? `${count(library.searchable, 'video')} searchable${library.coming ? `, ${library.coming} on the way` : ''}` : '';
