// A video of the library as a card: what it is called, when it came, its tags, how far it is, and what can be done with it.

import * as api from './api.js';
import { button, element, icon } from './dom.js';
import { Editor } from './editor.js';
import { clock, day } from './format.js';
import { failedAt, stateOf } from './states.js';
import { previewOnHover } from './strip.js';

const stageNames = { upload: 'Upload', decode: 'Frames', index: 'Index' };
const mostTags = 3;

export class VideoCard {
  #video;
  #drawn;
  #editor = null;

  /**
   * on: what is done with a video: `watch`, `inside`, `retry`, `remove`, `tag` (also told the tag), `pick` (also told the event),
   * `edited` (told the video as it is now), `isPicked`.
   */
  constructor(on) {
    this.on = on;
    this.image = element('img',
      { alt: '', loading: 'lazy', decoding: 'async', hidden: true, onerror: () => { this.image.hidden = true; } });
    const strip = element('div', { className: 'strip', hidden: true });
    this.length = element('span', { className: 'time' });
    this.picture = element('span', { className: 'picture' }, this.image, strip, this.length);
    this.name = element('strong', { className: 'name' });
    this.open = element('button', { type: 'button', className: 'open', onclick: event => this.#opened(event) },
      this.picture, this.name);
    this.pick = element('input', { type: 'checkbox', className: 'pick', onclick: event => on.pick(this.#video, event) });
    this.stages = element('ol', { className: 'stages' });
    this.failure = element('p', { className: 'failure', tabIndex: 0, hidden: true });
    this.facts = element('p', { className: 'facts' });
    this.tags = element('ul', { className: 'tags', aria: { label: 'Tags' } });
    this.retry = button('Try again', () => on.retry(this.#video));
    this.where = button('Where in this one?', () => on.inside(this.#video.id), 'quiet');
    this.edit = icon('edit', 'Title and tags', () => this.#edit());
    this.remove = icon('remove', 'Remove', () => on.remove(this.#video));
    this.actions = element('p', { className: 'actions' }, this.retry, this.where, element('span', { className: 'space' }),
      this.edit, this.remove);
    this.root = element('li', { className: 'card video' }, this.open, this.pick, this.stages, this.failure, this.facts, this.tags,
      this.actions);
    previewOnHover(this.picture, strip, () => this.#video.preview, () => 0, () => this.#video.duration ?? 0);
  }

  /** Whether it must stay although it is out of sight. */
  get isBusy() { return this.#editor !== null; }

  update(video) {
    this.#showPicked(video);
    if (video === this.#drawn)
      return;
    this.#video = this.#drawn = video;
    const name = video.title ?? video.name;
    Object.assign(this.root.dataset, { id: video.id, state: video.state });
    this.name.textContent = name;
    this.name.title = video.title ? video.name : '';
    if (video.thumbnail && this.image.dataset.of !== video.thumbnail)
      Object.assign(this.image, { src: this.image.dataset.of = video.thumbnail, hidden: false });
    this.length.textContent = video.duration ? clock(video.duration) : '';
    this.pick.ariaLabel = `Select ${name}`;
    this.#showState(video);
    this.#showTags(video.tags);
    this.where.hidden = video.state !== 'indexed';
    this.retry.hidden = video.state !== 'failed';
    for (const [action, what] of [[this.where, 'Where in this one?'], [this.retry, 'Try again'], [this.edit, 'Title and tags of'],
      [this.remove, 'Remove']])
      action.ariaLabel = `${what} ${name}`;
  }

  /** Whether it is one of those that are selected. */
  #showPicked(video) {
    this.pick.checked = this.on.isPicked(video.id);
    this.root.dataset.picked = `${this.pick.checked}`;
  }

  #showState(video) {
    const when = video.recordedAt ? `Recorded ${day(video.recordedAt)}` : `Added ${day(video.uploadedAt)}`;
    this.facts.textContent = video.state === 'indexed' ? when : stateOf(video);
    this.facts.title = video.warning ? api.sentence(video.warning) : '';
    this.facts.dataset.warned = `${Boolean(video.warning)}`;
    this.stages.hidden = video.state === 'indexed';
    this.stages.replaceChildren(...video.state === 'indexed' ? [] : stagesOf(video));
    this.failure.hidden = !video.failure;
    if (video.failure)
      this.failure.replaceChildren(element('strong', {}, `${failedAt[video.failure.stage] ?? 'It failed'}: `),
        api.ended(video.failure.reason));
  }

  #showTags(tags) {
    const more = tags.slice(mostTags);
    this.tags.replaceChildren(
      ...tags.slice(0, mostTags).map(tag => element('li', {}, element('button',
        { type: 'button', className: 'tag', title: `Only those tagged ${tag}`, onclick: () => this.on.tag(tag) }, tag))),
      ...more.length ? [element('li', { className: 'more', title: more.join(', ') }, `+${more.length}`)] : []);
  }

  /** With Ctrl or Shift a click selects. */
  #opened(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey)
      this.on.pick(this.#video, event);
    else
      this.on.watch(this.#video);
  }

  #edit() {
    this.#editor = new Editor(this.#video, {
      onClosed: video => {
        this.#editor.root.replaceWith(this.facts, this.tags, this.actions);
        this.#editor = null;
        this.root.dataset.edited = 'false';
        if (video)
          this.on.edited(video);
        this.edit.focus();
      },
    });
    this.root.dataset.edited = 'true';
    this.tags.remove();
    this.actions.remove();
    this.facts.replaceWith(this.#editor.root);
    this.#editor.begin();
  }
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
