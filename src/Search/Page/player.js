// A video from a moment on, with what was found in it on its timeline, why, and what is said.

import * as api from './api.js';
import { element, find, isTyping, showState } from './dom.js';
import { explain, resembles } from './explanation.js';
import { clock } from './format.js';
import { showAt } from './strip.js';
import { showMarks } from './timeline.js';
import { Transcript } from './transcript.js';

const step = 1, page = 10, fastest = 4, usualFrame = 1 / 25;

export class Player {
  #moments = [];
  #at = 0;
  #shown = null;
  #from = null;
  #isLeft = false;
  #frame = usualFrame;

  /** onPlace: what is shown, or that nothing is, has changed. */
  constructor(library, { onLike, onInside, onPlace }) {
    this.library = library;
    this.onLike = onLike;
    this.onInside = onInside;
    this.onPlace = onPlace;
    this.dialog = find('player');
    this.video = find('video');
    this.timeline = find('timeline');
    this.transcript = new Transcript(time => this.#seek(time));
    find('close').onclick = () => this.dialog.close();
    find('like').onclick = () => this.#like();
    find('where').onclick = () => this.#where();
    find('copy').onclick = () => this.#copy();
    find('previous').onclick = () => this.#go(-1);
    find('next').onclick = () => this.#go(1);
    this.dialog.addEventListener('close', () => this.#stop());
    this.dialog.addEventListener('click', event => event.target === this.dialog && this.dialog.close());
    this.dialog.addEventListener('keydown', event => this.#key(event));
    this.#listen();
  }

  /** Video and time of what is open, for the address; null where nothing is. */
  get place() { return this.#shown && { v: this.#shown.id, t: Number(this.#shown.start.toFixed(2)) }; }

  /** Opens one of the moments that a search found, from it or a time on; the others are a key away. */
  moments(moments, at, start = moments[at].segment.moment) {
    this.#moments = moments;
    this.#at = at;
    const { result, segment, query } = moments[at];
    this.#show({
      id: result.video, name: result.title ?? result.name, source: result.source, duration: result.duration,
      preview: result.preview, start, segment, query,
      found: moments.filter(moment => moment.result.video === result.video).map(moment => moment.segment),
    });
  }

  /** Opens a whole video of the library, from its beginning or a time on. */
  whole(video, start = 0) {
    this.#moments = [];
    this.#show({
      id: video.id, name: video.title ?? video.name, source: video.stream, duration: video.duration, preview: video.preview,
      start, segment: null,
      found: [], query: null, of: video,
    });
  }

  /** Closes for good: focus goes nowhere, and nobody is told. */
  leave() {
    if (!this.dialog.open)
      return;
    this.#moments = [];
    this.#isLeft = true;
    this.#shown = null;
    this.dialog.close();
  }

  get #duration() { return Number.isFinite(this.video.duration) ? this.video.duration : this.#shown?.duration ?? 0; }

  #show(shown) {
    this.#shown = shown;
    find('player-title').textContent = shown.name;
    find('player-place').textContent = shown.segment ? `${clock(shown.segment.start)} – ${clock(shown.segment.end)}`
      : shown.of.failure ? api.sentence(shown.of.failure.reason) : shown.duration ? clock(shown.duration) : '';
    find('like').hidden = !shown.segment;
    find('where').hidden = !shown.segment && shown.of.state !== 'indexed';
    find('previous').hidden = find('next').hidden = this.#moments.length < 2;
    find('previous').disabled = this.#at === 0;
    find('next').disabled = this.#at === this.#moments.length - 1;
    find('player-state').hidden = true;
    find('copied').textContent = '';
    find('link').hidden = true;
    this.video.hidden = false;
    this.dialog.dataset.kind = shown.segment ? 'moment' : 'video';
    this.#load(shown);
    this.#mark();
    this.#explain(shown);
    this.#survey(shown);
    if (!this.dialog.open) {
      this.#from = document.activeElement;
      this.#isLeft = false;
      this.dialog.showModal();
    }
    this.video.focus();
    this.onPlace(this.place);
  }

  #load({ source, start, segment }) {
    const url = new URL(source.replace(/^\//, ''), document.baseURI).href;
    if (this.video.src !== url) {
      this.video.src = url;
      this.#frame = usualFrame;
    } else if (this.video.error)
      this.video.load();
    this.#seek(start);
    if (segment)
      this.video.play().catch(() => { }); // Where the browser does not let pages start a player, its user does.
  }

  #stop() {
    this.video.pause();
    this.video.playbackRate = 1;
    this.video.removeAttribute('src');
    this.video.load();
    const opener = this.#moments[this.#at];
    this.#shown = null;
    this.transcript.show(null);
    if (this.#isLeft)
      return;
    this.onPlace(null);
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

  #like() {
    const { segment, start, id } = this.#shown;
    this.leave();
    this.onLike({ like: segment.segment, of: id, at: start });
  }

  #where() {
    const { id } = this.#shown;
    this.leave();
    this.onInside(id);
  }

  /** Copies the address of what is seen now; shows it where the browser lets no page copy. */
  async #copy() {
    const address = new URL(location.href);
    address.searchParams.set('t', this.video.currentTime.toFixed(1));
    try {
      await navigator.clipboard.writeText(address.href);
      find('copied').textContent = `The link to ${clock(this.video.currentTime)} is copied`;
    } catch {
      const field = find('link');
      field.hidden = false;
      field.value = address.href;
      field.select();
      find('copied').textContent = 'This browser lets no page copy: here is the link';
    }
  }

  /** How near every part of the video is to the query, and what is said in it. */
  async #survey(shown) {
    const video = shown.of ?? this.library.get(shown.id) ?? await api.video(shown.id).catch(() => null);
    if (this.#shown !== shown)
      return;
    await this.transcript.show(video);
    this.transcript.mark(shown.found);
    // Without it the moments that were found are marked.
    const all = await shown.query?.inside(shown.id, video?.duration ?? Infinity).catch(() => null);
    if (!all || this.#shown !== shown)
      return;
    shown.all = all.results.flatMap(result => result.segments);
    const found = new Map([...shown.all.filter(shown.query.shows), ...shown.found].map(segment => [segment.segment, segment]));
    shown.found = [...found.values()];
    this.transcript.mark(shown.all);
    this.#mark();
  }

  async #explain(shown) {
    const why = find('why'), place = find('why-content');
    why.hidden = !shown.segment;
    if (why.hidden)
      return;
    if (!shown.query.explain)
      return resembles(place, shown.query.looksLike, shown.segment);
    place.replaceChildren(element('p', { className: 'note wait' }, 'Looking into it …'));
    try {
      const answer = await shown.query.explain(shown.segment, shown.query);
      if (this.#shown !== shown)
        return;
      const found = answer.results.flatMap(result => result.segments).find(segment => segment.segment === shown.segment.segment);
      if (found?.explanation)
        explain(place, found,
          { at: time => clock(time), seek: time => this.#seek(time), preview: () => shown.preview });
      else
        place.replaceChildren(element('p', { className: 'note' }, 'The library has changed since; search again to see why.'));
    } catch (error) {
      if (this.#shown === shown)
        place.replaceChildren(element('p', { className: 'note failure' }, error.message));
    }
  }

  #mark() {
    const { segment, start, found, all } = this.#shown;
    showMarks({ length: this.#duration, current: segment, start, found, all });
  }

  #listen() {
    const { video, timeline } = this;
    const follow = () => {
      const length = this.#duration;
      find('head').style.setProperty('--from', length ? video.currentTime / length : 0);
      timeline.ariaValueMax = length.toFixed(1);
      timeline.ariaValueNow = video.currentTime.toFixed(1);
      timeline.ariaValueText = `${clock(video.currentTime)} of ${clock(length)}`;
      this.transcript.follow(video.currentTime);
    };
    video.addEventListener('timeupdate', follow);
    video.addEventListener('seeking', follow);
    video.addEventListener('loadedmetadata', () => {
      follow();
      if (this.#shown)
        this.#mark();
    });
    video.addEventListener('error', () => this.#shown && this.#cannotPlay());
    this.#measureFrames();

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

  /** How long a frame lasts, from frames that follow each other while the video plays; where browsers tell of them. */
  #measureFrames() {
    const { video } = this;
    let last = null;
    const next = (_, { mediaTime, presentedFrames }) => {
      if (last && presentedFrames === last.presentedFrames + 1 && mediaTime > last.mediaTime)
        this.#frame = Math.min(this.#frame, mediaTime - last.mediaTime);
      last = { mediaTime, presentedFrames };
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback?.(next);
  }

  #glance(time) {
    const glance = find('glance'), strip = glance.firstElementChild;
    glance.hidden = !this.#duration;
    glance.style.setProperty('--from', time / this.#duration);
    glance.lastElementChild.textContent = clock(time);
    strip.hidden = !showAt(strip, this.#shown.preview, time);
  }

  #cannotPlay() {
    this.video.hidden = true;
    const { segment, source, name } = this.#shown;
    const picture = segment?.thumbnail ? [element('img', { src: segment.thumbnail, alt: `The moment in ${name}` })] : [];
    showState(find('player-state'), 'error', 'The browser cannot play this video',
      'Its format is unknown here, or the original is gone. It may play in another program.', ...picture,
        element('a', { href: source.replace(/^\//, ''), download: name }, 'Download the original'));
  }

  /** As in a cutting room: K stops, L plays and then plays faster, J slower and then goes back. */
  #shuttle(key) {
    const { video } = this;
    if (key === 'k') {
      video.pause();
      video.playbackRate = 1;
    } else if (key === 'l' && video.paused)
      video.play();
    else if (key === 'l')
      video.playbackRate = Math.min(fastest, video.playbackRate * 2);
    else if (video.playbackRate > 1)
      video.playbackRate /= 2;
    else
      this.#seek(video.currentTime - page / 2);
  }

  #stepFrame(by) {
    this.video.pause();
    this.#seek(this.video.currentTime + by * this.#frame);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
      return;
    const { video } = this, onSlider = event.target === this.timeline;
    const presses = ['BUTTON', 'SUMMARY', 'A'].includes(event.target.tagName);
    const actions = {
      'n': () => this.#go(1),
      'p': () => this.#go(-1),
      's': !find('like').hidden && (() => this.#like()),
      'w': !find('where').hidden && (() => this.#where()),
      'c': () => this.#copy(),
      'm': () => this.#shown && this.#seek(this.#shown.start),
      'j': () => this.#shuttle('j'),
      'k': () => this.#shuttle('k'),
      'l': () => this.#shuttle('l'),
      ',': () => this.#stepFrame(-1),
      '.': () => this.#stepFrame(1),
      ' ': !presses && (() => video.paused ? video.play() : video.pause()),
      'ArrowLeft': () => this.#seek(video.currentTime - step),
      'ArrowRight': () => this.#seek(video.currentTime + step),
      'PageDown': onSlider && (() => this.#seek(video.currentTime - page)),
      'PageUp': onSlider && (() => this.#seek(video.currentTime + page)),
      'Home': onSlider && (() => this.#seek(0)),
      'End': onSlider && (() => this.#seek(this.#duration)),
    };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  }
}
