// A video from a moment on, with what was found in it marked on its timeline.

import * as api from './api.js';
import { element, find, isTyping, showState } from './dom.js';
import { clock, score } from './format.js';
import { explain } from './explanation.js';
import { showAt } from './strip.js';

const step = 1, page = 10;

export class Player {
  #moments = [];
  #at = 0;
  #shown = null;
  #from = null;

  constructor(library, { onLike, onInside }) {
    this.library = library;
    this.onLike = onLike;
    this.onInside = onInside;
    this.dialog = find('player');
    this.video = find('video');
    this.timeline = find('timeline');
    find('close').onclick = () => this.dialog.close();
    find('like').onclick = () => this.#like();
    find('where').onclick = () => this.#where();
    find('previous').onclick = () => this.#go(-1);
    find('next').onclick = () => this.#go(1);
    this.dialog.addEventListener('close', () => this.#stop());
    this.dialog.addEventListener('click', event => event.target === this.dialog && this.dialog.close());
    this.dialog.addEventListener('keydown', event => this.#key(event));
    this.#listen();
  }

  /** Opens one of the moments that a search found; the others are a key away. */
  moments(moments, at) {
    this.#moments = moments;
    this.#at = at;
    const { result, segment, query } = moments[at];
    const others = moments.filter(moment => moment.result === result).map(moment => moment.segment);
    this.#show(
      { id: result.video, name: result.name, source: result.source, duration: result.duration, start: segment.moment, segment,
      segments: others, query });
  }

  /** Opens a whole video of the library. */
  whole(video) {
    this.#moments = [];
    this.#show(
      { id: video.id, name: video.title ?? video.name, source: video.stream.replace(/^\//, ''), duration: video.duration,
      start: 0, segment: null, segments: [], query: null, of: video });
  }

  get #duration() { return Number.isFinite(this.video.duration) ? this.video.duration : this.#shown?.duration ?? 0; }

  #show(shown) {
    this.#shown = shown;
    find('player-title').textContent = this.library.get(shown.id)?.title ?? shown.name;
    find('player-place').textContent = shown.segment
      ? `${clock(shown.segment.start)} – ${clock(shown.segment.end)} · score ${score(shown.segment.score)}`
      : shown.of.failure ? api.sentence(shown.of.failure.reason) : shown.duration ? clock(shown.duration) : '';
    find('like').hidden = !shown.segment;
    find('where').hidden = !shown.segment && shown.of.state !== 'indexed';
    find('previous').hidden = find('next').hidden = this.#moments.length < 2;
    find('previous').disabled = this.#at === 0;
    find('next').disabled = this.#at === this.#moments.length - 1;
    find('player-state').hidden = true;
    this.video.hidden = false;
    this.dialog.dataset.kind = shown.segment ? 'moment' : 'video';
    this.#load(shown);
    this.#mark();
    this.#explain(shown);
    if (!this.dialog.open) {
      this.#from = document.activeElement;
      this.dialog.showModal();
    }
    this.video.focus();
  }

  #load({ source, start, segment }) {
    const url = new URL(source.replace(/^\//, ''), document.baseURI).href;
    if (this.video.src !== url)
      this.video.src = url;
    else if (this.video.error)
      this.video.load();
    this.#seek(start);
    if (segment)
      this.video.play().catch(() => { }); // Where the browser does not let pages start a player, its user does.
  }

  #stop() {
    this.video.pause();
    this.video.removeAttribute('src');
    this.video.load();
    const opener = this.#moments[this.#at];
    this.#shown = null;
    // The dialog has closed a moment ago: who has gone on to something else meanwhile stays there.
    if (opener && [document.body, this.#from].includes(document.activeElement))
      find('moments').querySelector(`[data-segments~="${CSS.escape(opener.segment.segment)}"] .open`)?.focus();
  }

  #seek(seconds) {
    const at = Math.max(0, Math.min(seconds, this.#duration || seconds));
    if (this.video.readyState > 0)
      this.video.currentTime = at;
    else
      this.video.addEventListener('loadedmetadata', () => { this.video.currentTime = at; }, { once: true });
  }

  #go(by) {
    const at = this.#at + by;
    if (at >= 0 && at < this.#moments.length)
      this.moments(this.#moments, at);
  }

  /** Closes for good: focus does not go back to the card. */
  #leave() {
    this.#moments = [];
    this.dialog.close();
  }

  #like() {
    const { segment, start, id, name } = this.#shown;
    this.#leave();
    this.onLike({ segment: segment.segment, name: this.library.get(id)?.title ?? name, start });
  }

  #where() {
    const { id } = this.#shown;
    this.#leave();
    this.onInside(id);
  }

  async #explain(shown) {
    const why = find('why'), place = find('why-content');
    why.hidden = !shown.segment;
    if (why.hidden)
      return;
    if (!shown.query.explain) {
      place.replaceChildren(
        element('p', { className: 'note' },
        `This frame looks most like ${shown.query.looksLike}: likeness ${score(shown.segment.score)} of at most 1 `
          + '(cosine of the embeddings less the difference of the colours).'));
      return;
    }
    place.replaceChildren(element('p', { className: 'note wait' }, 'Looking into it …'));
    try {
      const answer = await shown.query.explain();
      if (this.#shown !== shown)
        return;
      const found = answer.results.flatMap(result => result.segments).find(segment => segment.segment === shown.segment.segment);
      if (found?.explanation) {
        explain(place, found.explanation,
          { at: time => clock(time, true), seek: time => this.#seek(time), preview: () => this.library.get(shown.id)?.preview });
        shown.frames = found.explanation.texts.find(text => text.share > 0).frames;
        this.#mark();
      } else
        place.replaceChildren(element('p', { className: 'note' }, 'The library has changed since; search again to see why.'));
    } catch (error) {
      if (this.#shown === shown)
        place.replaceChildren(element('p', { className: 'note failure' }, error.message));
    }
  }

  /** The moment's segment, the other segments found in the video, the moment itself, and the frames where attention is known. */
  #mark() {
    const { segment, segments, start, frames = [] } = this.#shown, length = this.#duration;
    const marks = find('marks');
    marks.replaceChildren();
    if (!length || !segment)
      return this.#legend(false);
    const mark = (className, from, to, text) => {
      const made = element('div', { className, title: text });
      made.style.setProperty('--from', from / length);
      made.style.setProperty('--to', Math.min(1, to / length));
      marks.append(made);
      return made;
    };
    for (const other of segments)
      mark(other === segment ? 'segment current' : 'segment', other.start, other.end,
        `${clock(other.start)} – ${clock(other.end)}`);
    const most = Math.max(...frames.map(frame => frame.attention ?? 0), 1e-9);
    for (const frame of frames.filter(frame => frame.attention != null))
      mark('attention', frame.time, frame.time, `attention ${(frame.attention * 100).toFixed(0)} %`).style.setProperty('--heat',
        frame.attention / most);
    mark('moment', start, start, `the moment, ${clock(start, true)}`);
    this.#legend(segments.length > 1);
  }

  #legend(others) {
    find('legend').replaceChildren(...(this.#shown.segment ? [
      element('li', { className: 'current' }, 'this segment'),
        others ? element('li', { className: 'other' }, 'others found') : null,
        element('li', { className: 'moment' }, 'the moment'),
    ].filter(Boolean) : []));
  }

  #listen() {
    const { video, timeline } = this;
    const follow = () => {
      const length = this.#duration;
      find('head').style.setProperty('--from', length ? video.currentTime / length : 0);
      timeline.ariaValueMax = length.toFixed(1);
      timeline.ariaValueNow = video.currentTime.toFixed(1);
      timeline.ariaValueText = `${clock(video.currentTime)} of ${clock(length)}`;
    };
    video.addEventListener('timeupdate', follow);
    video.addEventListener('seeking', follow);
    video.addEventListener('loadedmetadata', () => {
      follow();
      if (this.#shown)
        this.#mark();
    });
    video.addEventListener('error', () => this.#shown && this.#cannotPlay());

    const timeAt = event => {
      const box = timeline.getBoundingClientRect();
      return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * this.#duration;
    };
    timeline.addEventListener('pointerdown', event => {
      timeline.setPointerCapture(event.pointerId);
      this.#seek(timeAt(event));
    });
    timeline.addEventListener('pointermove', event => {
      if (timeline.hasPointerCapture(event.pointerId))
        this.#seek(timeAt(event));
      this.#glance(timeAt(event));
    });
    timeline.addEventListener('pointerleave', () => { find('glance').hidden = true; });
  }

  #glance(time) {
    const glance = find('glance'), strip = glance.firstElementChild;
    glance.hidden = !this.#duration;
    glance.style.setProperty('--from', time / this.#duration);
    glance.lastElementChild.textContent = clock(time);
    strip.hidden = !showAt(strip, this.library.get(this.#shown.id)?.preview, time);
  }

  #cannotPlay() {
    this.video.hidden = true;
    const { segment, source, name } = this.#shown;
    const picture = segment?.thumbnail ? [element('img', { src: segment.thumbnail, alt: `The moment in ${name}` })] : [];
    showState(find('player-state'), 'error', 'The browser cannot play this video',
      'Its format is unknown here, or the original is gone. It may play in another program.', ...picture,
        element('a', { href: source.replace(/^\//, ''), download: name }, 'Download the original'));
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
      return;
    const { video } = this, onSlider = event.target === this.timeline, free = event.target !== video;
    const actions = {
      'j': () => this.#go(1),
      'k': () => this.#go(-1),
      'l': !find('like').hidden && (() => this.#like()),
      'w': !find('where').hidden && (() => this.#where()),
      'm': () => this.#shown && this.#seek(this.#shown.start),
      ' ': free && event.target.tagName !== 'BUTTON' && (() => video.paused ? video.play() : video.pause()),
      'ArrowLeft': () => this.#seek(video.currentTime - step),
      'ArrowRight': () => this.#seek(video.currentTime + step),
      'PageDown': onSlider && (() => this.#seek(video.currentTime - page)),
      'PageUp': onSlider && (() => this.#seek(video.currentTime + page)),
      'Home': onSlider && (() => this.#seek(0)),
      'End': onSlider && (() => this.#seek(this.#duration)),
    };
    const action = actions[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  }
}
